-- Params: ids
SELECT article_id, url, title, publisher, language, reported_at
FROM articles WHERE article_id IN (SELECT unnest($ids));
