CREATE OR REPLACE VIEW trend_daily AS
WITH mentioned AS (
    SELECT DISTINCT article_id, entity_id FROM mentions
)
SELECT
    CAST(a.reported_at AT TIME ZONE 'UTC' AS DATE)  AS day,
    m.entity_id                                     AS entity_id,
    a.language                                      AS language,
    count(*) FILTER (WHERE a.copy_of IS NULL)       AS articles,
    count(*) FILTER (WHERE a.copy_of IS NOT NULL)   AS copies,
    count(DISTINCT a.publisher)                     AS publishers
FROM articles AS a
JOIN mentioned AS m ON m.article_id = a.article_id
WHERE a.relevant
GROUP BY ALL;
COMMENT ON VIEW trend_daily IS 'How many relevant articles mention an entity or topic, by day and language. Days without any have no row.';
COMMENT ON COLUMN trend_daily.day IS 'Day of reported_at, UTC.';
COMMENT ON COLUMN trend_daily.entity_id IS 'Entity or topic that is mentioned.';
COMMENT ON COLUMN trend_daily.language IS 'Language of the articles; null where it is not known.';
COMMENT ON COLUMN trend_daily.articles IS 'Articles that mention it, without copies.';
COMMENT ON COLUMN trend_daily.copies IS 'Copies that mention it; not counted in articles.';
COMMENT ON COLUMN trend_daily.publishers IS 'Different publishers of these articles and copies.';
