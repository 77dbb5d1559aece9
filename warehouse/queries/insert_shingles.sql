-- Params: fingerprints (structs of article_id and its shingles)
INSERT INTO state.shingles (shingle, article_id)
SELECT unnest(shingles), article_id
FROM (SELECT unnest($fingerprints::STRUCT(article_id VARCHAR, shingles BIGINT[])[], max_depth := 2));
