-- Params: ids
DELETE FROM state.tokens
WHERE position IN (SELECT position FROM state.reports WHERE article_id IN (SELECT unnest($ids)));
