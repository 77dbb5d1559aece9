-- Params: ids
DELETE FROM state.fingerprints WHERE article_id IN (SELECT unnest($ids));
