-- Params: first, last (positions)
-- Reports that have come count.
INSERT INTO state.frequencies
SELECT token, count(*) FROM state.tokens WHERE position BETWEEN $first AND $last GROUP BY token;
