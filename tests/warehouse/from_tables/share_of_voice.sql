WITH heard AS (
    SELECT
        CAST(date_trunc('week', a.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        m.entity_id                                                         AS entity_id,
        count(DISTINCT a.article_id)                                        AS articles
    FROM articles AS a
    JOIN mentions AS m ON m.article_id = a.article_id
    WHERE a.relevant AND a.copy_of IS NULL
    GROUP BY ALL
)
SELECT
    week,
    entity_id,
    articles,
    articles / sum(articles) OVER (PARTITION BY week, split_part(entity_id, ':', 1)) AS share
FROM heard;
