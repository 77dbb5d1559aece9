-- Params: ids
-- Where these articles can be read; by rowid as in articles_by_id.
SELECT article_id, url, title, publisher, language, reported_at
FROM articles
WHERE rowid IN (SELECT rowid FROM articles WHERE article_id IN (SELECT unnest($ids)));
