-- The articles that report developments, as far as they are kept, in the order of their reporting.
-- Params: ids
SELECT
    l.development_id, l.role, l.basis, a.article_id, a.url, a.title, a.publisher, a.language, a.reported_at, a.copy_of
FROM development_articles AS l
JOIN articles AS a ON a.article_id = l.article_id
WHERE l.development_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY l.development_id, a.reported_at, l.role <> 'first', a.article_id;
