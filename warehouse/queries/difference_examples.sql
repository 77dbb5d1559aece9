-- Params: most
-- A few rows of the view `difference`, of each kind of change some.
SELECT d.change, d.key, left(d.before, 300) AS before, left(d.after, 300) AS after, d.columns,
       coalesce(n.title, o.title) AS article
FROM (
    FROM difference
    QUALIFY row_number() OVER (PARTITION BY change ORDER BY key, coalesce(after, before)) <= $most
) AS d
LEFT JOIN articles AS n ON n.article_id = d.article_id
LEFT JOIN before.articles AS o ON o.article_id = d.article_id
ORDER BY d.change, d.key, coalesce(d.after, d.before);
