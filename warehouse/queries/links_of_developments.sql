-- Params: since
SELECT development_id, article_id, role
FROM development_articles
WHERE development_id IN (SELECT development_id FROM developments WHERE reported_at >= $since)
ORDER BY development_id, role = 'first' DESC, article_id;
