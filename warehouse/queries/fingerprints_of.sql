-- Params: numbers
-- The fingerprints with these numbers, and what their articles are.
SELECT number, article_id, publisher, reported_at, copy_of, shingles
FROM (FROM state.fingerprints WHERE number IN (SELECT unnest($numbers))) JOIN articles USING (article_id);
