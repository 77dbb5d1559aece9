-- The fingerprints of these articles.
-- Params: ids
SELECT article_id, shingles FROM state.fingerprints WHERE article_id IN (SELECT unnest($ids));
