-- Params: tokens
-- How many reports hold each of these tokens.
SELECT token, sum(reports)::BIGINT AS reports
FROM state.frequencies
WHERE token IN (SELECT unnest($tokens))
GROUP BY token;
