-- Params: ids
DELETE FROM claims WHERE article_id IN (SELECT unnest($ids));
