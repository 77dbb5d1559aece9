-- Params: ids
-- Which articles report these developments.
SELECT development_id, article_id, role, basis
FROM development_articles
WHERE development_id IN (SELECT unnest($ids))
ORDER BY development_id, role = 'first' DESC, article_id;
