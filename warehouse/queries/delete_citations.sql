-- Params: ids
DELETE FROM citations WHERE article_id IN (SELECT unnest($ids));
