CREATE OR REPLACE VIEW trend_weekly_covered AS
WITH looked AS (
    SELECT
        CAST(date_trunc('week', day) AS DATE)           AS week,
        count(*)                                        AS source_days,
        count(*) FILTER (WHERE state <> 'missed')       AS covered_days
    FROM covered_days
    GROUP BY ALL
),
heard AS (
    SELECT
        CAST(date_trunc('week', day) AS DATE)           AS week,
        entity_id                                       AS entity_id,
        sum(articles)::BIGINT                           AS texts,
        sum(copies)::BIGINT                             AS copies,
        sum(articles) FILTER (
            WHERE day IN (SELECT day FROM covered_days WHERE state <> 'missed')
        )::BIGINT                                       AS covered_texts
    FROM trend_daily
    GROUP BY ALL
),
newest AS (
    SELECT max(week) AS week FROM (SELECT max(week) AS week FROM looked UNION ALL SELECT max(week) FROM heard)
),
spine AS (
    SELECT entity_id, CAST(unnest(generate_series(min(week), (SELECT week FROM newest), INTERVAL 7 DAY)) AS DATE) AS week
    FROM heard
    GROUP BY entity_id
)
SELECT
    s.week                                                              AS week,
    s.entity_id                                                         AS entity_id,
    coalesce(h.texts, 0)                                                AS texts,
    coalesce(h.copies, 0)                                               AS copies,
    coalesce(l.source_days, 0)                                          AS source_days,
    coalesce(l.covered_days, 0)                                         AS covered_days,
    coalesce(l.covered_days < l.source_days, false)                     AS gaps,
    100 * coalesce(h.covered_texts, 0) / nullif(l.covered_days, 0)      AS rate
FROM spine AS s
LEFT JOIN heard AS h ON h.entity_id = s.entity_id AND h.week = s.week
LEFT JOIN looked AS l ON l.week = s.week;
COMMENT ON VIEW trend_weekly_covered IS 'How much mentions an entity or topic, week by week, against what was looked at, so that an outage does not pass for silence: a row for each week from its first mention to the newest week of all, also without any. A source-day is covered where a poll worked on it, or the next one reached back over it (covered_days).';
COMMENT ON COLUMN trend_weekly_covered.week IS 'Monday of the ISO week, UTC, as in trend_daily.';
COMMENT ON COLUMN trend_weekly_covered.entity_id IS 'Entity or topic.';
COMMENT ON COLUMN trend_weekly_covered.texts IS 'Independent texts that mention it (relevant, without copies); 0 is silence only where covered_days is above 0.';
COMMENT ON COLUMN trend_weekly_covered.copies IS 'Copies that mention it; not counted in texts.';
COMMENT ON COLUMN trend_weekly_covered.source_days IS 'Source-days that were to be covered; 0 before the first poll, where all that is known was imported or found later.';
COMMENT ON COLUMN trend_weekly_covered.covered_days IS 'Of source_days: number of those that were covered.';
COMMENT ON COLUMN trend_weekly_covered.gaps IS 'Some source-days of the week were missed: counts may be too low, the rate is not for that.';
COMMENT ON COLUMN trend_weekly_covered.rate IS 'texts of the days with a covered source-day, per 100 covered source-days; null where none was covered. Texts of days before the first poll, or on which nothing was read, do not count; imported ones of other days do.';

CREATE OR REPLACE MACRO trend_weekly_covered_as_of(moment) AS TABLE
WITH looked AS (
    SELECT
        CAST(date_trunc('week', day) AS DATE)           AS week,
        count(*)                                        AS source_days,
        count(*) FILTER (WHERE state <> 'missed')       AS covered_days
    FROM covered_days_as_of(moment)
    GROUP BY ALL
),
heard AS (
    SELECT
        CAST(date_trunc('week', day) AS DATE)           AS week,
        entity_id                                       AS entity_id,
        sum(articles)::BIGINT                           AS texts,
        sum(copies)::BIGINT                             AS copies,
        sum(articles) FILTER (
            WHERE day IN (SELECT day FROM covered_days_as_of(moment) WHERE state <> 'missed')
        )::BIGINT                                       AS covered_texts
    FROM trend_daily_as_of(moment)
    GROUP BY ALL
),
newest AS (
    SELECT max(week) AS week FROM (SELECT max(week) AS week FROM looked UNION ALL SELECT max(week) FROM heard)
),
spine AS (
    SELECT entity_id, CAST(unnest(generate_series(min(week), (SELECT week FROM newest), INTERVAL 7 DAY)) AS DATE) AS week
    FROM heard
    GROUP BY entity_id
)
SELECT
    s.week                                                              AS week,
    s.entity_id                                                         AS entity_id,
    coalesce(h.texts, 0)                                                AS texts,
    coalesce(h.copies, 0)                                               AS copies,
    coalesce(l.source_days, 0)                                          AS source_days,
    coalesce(l.covered_days, 0)                                         AS covered_days,
    coalesce(l.covered_days < l.source_days, false)                     AS gaps,
    100 * coalesce(h.covered_texts, 0) / nullif(l.covered_days, 0)      AS rate
FROM spine AS s
LEFT JOIN heard AS h ON h.entity_id = s.entity_id AND h.week = s.week
LEFT JOIN looked AS l ON l.week = s.week;
COMMENT ON MACRO TABLE trend_weekly_covered_as_of IS 'The view trend_weekly_covered as of a moment.';
