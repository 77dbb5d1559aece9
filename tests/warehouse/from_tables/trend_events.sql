SELECT
    CAST(date_trunc('week', d.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
    d.event_type                                                        AS event_type,
    d.status                                                            AS status,
    count(DISTINCT d.development_id)                                    AS developments,
    count(DISTINCT l.article_id)                                        AS articles,
    count(DISTINCT a.article_id)                                        AS copies
FROM developments AS d
LEFT JOIN development_articles AS l ON l.development_id = d.development_id
LEFT JOIN articles AS a ON a.article_id = l.article_id AND a.copy_of IS NOT NULL
WHERE d.state = 'standing'
GROUP BY week, d.event_type, d.status;
