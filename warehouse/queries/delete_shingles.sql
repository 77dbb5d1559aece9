-- Params: ids
DELETE FROM state.shingles WHERE article_id IN (SELECT unnest($ids));
