-- Up to five reports of each of the developments beside the first one, the earliest first.
-- Params: ids
SELECT l.development_id, a.article_id, a.url, a.publisher, a.reported_at
FROM development_articles AS l
JOIN articles AS a ON a.article_id = l.article_id
WHERE list_contains($ids::VARCHAR[], l.development_id) AND l.role <> 'first'
QUALIFY row_number() OVER (PARTITION BY l.development_id ORDER BY a.reported_at, a.article_id) <= 5
ORDER BY l.development_id, a.reported_at, a.article_id;
