-- Params: ids
-- The number of the article that arrived last, 0 before the first one, and those of the articles with these ids.
SELECT coalesce(max(number), 0) AS last,
       coalesce(list(number ORDER BY number) FILTER (article_id IN (SELECT unnest($ids))), []) AS numbers
FROM state.fingerprints;
