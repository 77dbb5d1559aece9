-- Params: ids
-- Those of the articles of which a version is in no batch that is kept.
SELECT DISTINCT article_id FROM versions WHERE batch_id IS NULL AND article_id IN (SELECT unnest($ids));
