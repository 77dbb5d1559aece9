CREATE OR REPLACE MACRO news_day(published_at, published_from, reported_at, first_seen_at, zone) AS
CAST(
    CASE WHEN published_from = 'page' THEN least(published_at + INTERVAL 12 HOUR, first_seen_at) ELSE reported_at END
    AT TIME ZONE zone AS DATE
);
COMMENT ON MACRO news_day IS 'The day that the news of an article belongs to, in a zone such as Europe/Berlin: that of reported_at, so that what is found late counts for when it was published. A date that was found on the page is a day without a time, and is that day (noon, where the source is, tells) in every zone.';

CREATE OR REPLACE MACRO trend_daily_in(zone) AS TABLE
SELECT
    news_day(a.published_at, a.published_from, a.reported_at, a.first_seen_at, zone)    AS day,
    m.entity_id                                                                         AS entity_id,
    a.language                                                                          AS language,
    count(*) FILTER (WHERE a.copy_of IS NULL)                                           AS articles,
    count(*) FILTER (WHERE a.copy_of IS NOT NULL)                                       AS copies,
    count(DISTINCT a.publisher)                                                         AS publishers
FROM main.articles AS a
JOIN (SELECT article_id, unnest(entities) AS entity_id FROM state.mentioned) AS m ON m.article_id = a.article_id
WHERE a.relevant
GROUP BY ALL;
COMMENT ON MACRO TABLE trend_daily_in IS 'The view trend_daily with days in a zone, such as Europe/Berlin; a date that was found on a page is that day in every zone (news_day).';

CREATE OR REPLACE MACRO trend_weekly_in(zone) AS TABLE
SELECT
    CAST(
        date_trunc('week', news_day(a.published_at, a.published_from, a.reported_at, a.first_seen_at, zone)) AS DATE
    )                                               AS week,
    m.entity_id                                     AS entity_id,
    count(*) FILTER (WHERE a.copy_of IS NULL)       AS texts,
    count(*) FILTER (WHERE a.copy_of IS NOT NULL)   AS copies,
    count(DISTINCT a.publisher)                     AS publishers
FROM main.articles AS a
JOIN (SELECT article_id, unnest(entities) AS entity_id FROM state.mentioned) AS m ON m.article_id = a.article_id
WHERE a.relevant
GROUP BY ALL;
COMMENT ON MACRO TABLE trend_weekly_in IS 'The view trend_weekly with weeks in a zone, such as Europe/Berlin, and with the different publishers of texts and copies; counted from the articles, so that it takes longer. A date that was found on a page is that day in every zone (news_day).';

CREATE OR REPLACE MACRO trend_weekly_as_of(moment) AS TABLE
SELECT
    CAST(date_trunc('week', day) AS DATE)   AS week,
    entity_id                               AS entity_id,
    sum(articles)::BIGINT                   AS texts,
    sum(copies)::BIGINT                     AS copies
FROM trend_daily_as_of(moment)
GROUP BY ALL;
COMMENT ON MACRO TABLE trend_weekly_as_of IS 'The view trend_weekly as of a moment.';

CREATE OR REPLACE VIEW trend_weekly AS
SELECT
    CAST(date_trunc('week', day) AS DATE)   AS week,
    entity_id                               AS entity_id,
    sum(articles)::BIGINT                   AS texts,
    sum(copies)::BIGINT                     AS copies
FROM trend_daily
GROUP BY ALL;
COMMENT ON VIEW trend_weekly IS 'How much mentions an entity or topic, by week: texts and their copies; the days of trend_daily summed up. Weeks without any have no row; trend_weekly_covered has one for each. Publishers do not sum up: trend_weekly_in counts them.';
COMMENT ON COLUMN trend_weekly.week IS 'Monday of the ISO week of reported_at, UTC. What is found late counts for when it was published.';
COMMENT ON COLUMN trend_weekly.entity_id IS 'Entity or topic that is mentioned.';
COMMENT ON COLUMN trend_weekly.texts IS 'Independent texts: relevant articles that mention it, without copies.';
COMMENT ON COLUMN trend_weekly.copies IS 'Copies that mention it; with texts they make all articles.';
