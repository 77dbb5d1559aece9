-- Params: ids
DELETE FROM mentions WHERE article_id IN (SELECT unnest($ids));
