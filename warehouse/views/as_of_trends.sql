-- The views of trends as of a moment, counted from what was known then; see as_of_articles.sql for how names are written.

CREATE OR REPLACE MACRO trend_daily_as_of(moment) AS TABLE
SELECT
    CAST(a.reported_at AT TIME ZONE 'UTC' AS DATE)  AS day,
    m.entity_id                                     AS entity_id,
    a.language                                      AS language,
    count(*) FILTER (WHERE a.copy_of IS NULL)       AS articles,
    count(*) FILTER (WHERE a.copy_of IS NOT NULL)   AS copies,
    count(DISTINCT a.publisher)                     AS publishers
FROM articles_as_of(moment) AS a
JOIN (SELECT DISTINCT article_id, entity_id FROM mentions_as_of(moment)) AS m ON m.article_id = a.article_id
WHERE a.relevant
GROUP BY ALL;
COMMENT ON MACRO TABLE trend_daily_as_of IS 'The view trend_daily as of a moment.';

CREATE OR REPLACE MACRO share_of_voice_as_of(moment) AS TABLE
WITH heard AS (
    SELECT
        CAST(date_trunc('week', a.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        m.entity_id                                                         AS entity_id,
        count(DISTINCT a.article_id)                                        AS articles
    FROM articles_as_of(moment) AS a
    JOIN mentions_as_of(moment) AS m ON m.article_id = a.article_id
    WHERE a.relevant AND a.copy_of IS NULL
    GROUP BY ALL
)
SELECT
    week,
    entity_id,
    articles,
    articles / sum(articles) OVER (PARTITION BY week, split_part(entity_id, ':', 1)) AS share
FROM heard;
COMMENT ON MACRO TABLE share_of_voice_as_of IS 'The view share_of_voice as of a moment.';

CREATE OR REPLACE MACRO co_mentions_as_of(moment) AS TABLE
WITH mentioned AS (
    SELECT DISTINCT
        CAST(date_trunc('week', a.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        a.article_id                                                        AS article_id,
        m.entity_id                                                         AS entity_id
    FROM articles_as_of(moment) AS a
    JOIN mentions_as_of(moment) AS m ON m.article_id = a.article_id
    WHERE a.relevant AND a.copy_of IS NULL
)
SELECT one.week AS week, one.entity_id AS entity_a, other.entity_id AS entity_b, count(*) AS articles
FROM mentioned AS one
JOIN mentioned AS other ON other.article_id = one.article_id AND one.entity_id < other.entity_id
GROUP BY ALL;
COMMENT ON MACRO TABLE co_mentions_as_of IS 'The view co_mentions as of a moment.';

CREATE OR REPLACE MACRO trend_events_as_of(moment) AS TABLE
SELECT
    CAST(date_trunc('week', d.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
    d.event_type                                                        AS event_type,
    d.status                                                            AS status,
    count(DISTINCT d.development_id)                                    AS developments,
    count(DISTINCT l.article_id)                                        AS articles,
    count(DISTINCT a.article_id)                                        AS copies
FROM developments_as_of(moment) AS d
LEFT JOIN development_articles_as_of(moment) AS l ON l.development_id = d.development_id
LEFT JOIN articles_as_of(moment) AS a ON a.article_id = l.article_id AND a.copy_of IS NOT NULL
WHERE d.state = 'standing'
GROUP BY week, d.event_type, d.status;
COMMENT ON MACRO TABLE trend_events_as_of IS 'The view trend_events as of a moment: what was withdrawn later counts.';

CREATE OR REPLACE MACRO first_reports_as_of(moment) AS TABLE
WITH reported AS (
    SELECT
        a.publisher                     AS publisher,
        d.development_id                AS development_id,
        bool_or(l.role = 'first')       AS was_first,
        bool_and(a.copy_of IS NOT NULL) AS by_copy,
        min(a.reported_at)              AS own_at,
        any_value(d.reported_at)        AS first_at
    FROM development_articles_as_of(moment) AS l
    JOIN developments_as_of(moment) AS d ON d.development_id = l.development_id
    JOIN articles_as_of(moment) AS a ON a.article_id = l.article_id
    WHERE d.state = 'standing'
    GROUP BY a.publisher, d.development_id
)
SELECT
    publisher                                                                       AS publisher,
    count(*)                                                                        AS developments,
    count(*) FILTER (WHERE was_first)                                               AS first,
    median((epoch(own_at) - epoch(first_at)) / 3600) FILTER (WHERE NOT was_first)   AS median_lag_hours,
    count(*) FILTER (WHERE by_copy)                                                 AS copies
FROM reported
GROUP BY publisher;
COMMENT ON MACRO TABLE first_reports_as_of IS 'The view first_reports as of a moment.';

CREATE OR REPLACE MACRO coverage_as_of(moment) AS TABLE
WITH counted AS (
    SELECT
        source_id,
        CAST(started_at AT TIME ZONE 'UTC' AS DATE)             AS day,
        count(*) FILTER (WHERE outcome <> 'failed')             AS polls_ok,
        count(*) FILTER (WHERE outcome = 'failed')              AS polls_failed,
        0                                                       AS articles
    FROM polls_as_of(moment)
    GROUP BY ALL
    UNION ALL
    SELECT source_id, day, polls_ok, polls_failed, 0 FROM poll_days_as_of(moment)
    UNION ALL
    SELECT source_id, CAST(first_seen_at AT TIME ZONE 'UTC' AS DATE) AS day, 0, 0, count(*)
    FROM articles_as_of(moment)
    GROUP BY ALL
),
found AS (
    SELECT
        source_id,
        day,
        sum(polls_ok)::BIGINT       AS polls_ok,
        sum(polls_failed)::BIGINT   AS polls_failed,
        sum(articles)::BIGINT       AS articles
    FROM counted
    GROUP BY ALL
),
polled AS (
    SELECT source_id, min(day) AS first_day, max(day) AS last_day
    FROM found
    WHERE polls_ok + polls_failed > 0
    GROUP BY source_id
),
span AS (
    SELECT
        p.source_id     AS source_id,
        p.first_day     AS first_day,
        CASE WHEN s.state = 'removed' THEN p.last_day ELSE (SELECT max(last_day) FROM polled) END AS last_day
    FROM polled AS p
    LEFT JOIN main.sources AS s ON s.source_id = p.source_id
),
expected AS (
    SELECT source_id, CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
)
SELECT
    coalesce(f.day, e.day)              AS day,
    coalesce(f.source_id, e.source_id)  AS source_id,
    coalesce(f.polls_ok, 0)             AS polls_ok,
    coalesce(f.polls_failed, 0)         AS polls_failed,
    coalesce(f.articles, 0)             AS articles
FROM expected AS e
FULL JOIN found AS f ON f.source_id = e.source_id AND f.day = e.day;
COMMENT ON MACRO TABLE coverage_as_of IS 'The view coverage as of a moment. Which sources are removed is as of today.';
