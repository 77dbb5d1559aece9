-- Params: keys (lists of development_id and article_id)
DELETE FROM development_articles
WHERE (development_id, article_id) IN (SELECT (pair[1], pair[2]) FROM (SELECT unnest($keys) AS pair));
