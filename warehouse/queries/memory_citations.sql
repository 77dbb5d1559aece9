-- Params: ids
SELECT article_id, origin, sentence
FROM citations WHERE article_id IN (SELECT unnest($ids))
ORDER BY article_id, origin;
