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
