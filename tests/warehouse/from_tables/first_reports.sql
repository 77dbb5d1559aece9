WITH reported AS (
    SELECT
        a.publisher                     AS publisher,
        d.development_id                AS development_id,
        bool_or(l.role = 'first')       AS was_first,
        bool_and(a.copy_of IS NOT NULL) AS by_copy,
        min(a.reported_at)              AS own_at,
        any_value(d.reported_at)        AS first_at
    FROM development_articles AS l
    JOIN developments AS d ON d.development_id = l.development_id
    JOIN articles AS a ON a.article_id = l.article_id
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
