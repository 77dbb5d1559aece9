-- Params: ids
DELETE FROM figures WHERE article_id IN (SELECT unnest($ids));
