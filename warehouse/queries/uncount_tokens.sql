-- Params: ids
-- Reports that are to be replaced do not count any more.
INSERT INTO state.frequencies
SELECT token, -count(*)
FROM state.tokens
WHERE position IN (SELECT position FROM state.reports WHERE article_id IN (SELECT unnest($ids)))
GROUP BY token;
