-- Params: ids
DELETE FROM articles WHERE article_id IN (SELECT unnest($ids));
