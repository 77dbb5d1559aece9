WITH mentioned AS (
    SELECT DISTINCT
        CAST(date_trunc('week', a.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        a.article_id                                                        AS article_id,
        m.entity_id                                                         AS entity_id
    FROM articles AS a
    JOIN mentions AS m ON m.article_id = a.article_id
    WHERE a.relevant AND a.copy_of IS NULL
)
SELECT
    one.week            AS week,
    one.entity_id       AS entity_a,
    other.entity_id     AS entity_b,
    count(*)            AS articles
FROM mentioned AS one
JOIN mentioned AS other ON other.article_id = one.article_id AND one.entity_id < other.entity_id
GROUP BY ALL;
