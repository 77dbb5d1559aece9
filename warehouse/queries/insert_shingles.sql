-- Params: fingerprints (structs of article_id and its shingles, in the order of arrival; the last of an article counts)
-- Shingles of batches from before 0003_shingles.sql have 63 bits; 31 of them are kept.
WITH arrived AS (
    SELECT generate_subscripts($fingerprints, 1) AS place,
           unnest($fingerprints::STRUCT(article_id VARCHAR, shingles BIGINT[])[], max_depth := 2)
),
newest AS (
    SELECT max(place) AS place, article_id, arg_max(shingles, place) AS found
    FROM arrived
    GROUP BY article_id
),
narrow AS (
    SELECT place, article_id,
           list_transform(
               found, lambda one: CASE WHEN one < 4294967296 THEN one ELSE one & 2147483647 END
           )::UINTEGER[] AS shingles
    FROM newest
)
INSERT INTO state.fingerprints BY NAME
SELECT ((SELECT coalesce(max(number), 0) FROM state.fingerprints) + place)::INTEGER AS number, article_id, shingles,
       list_filter(shingles, lambda one: one % 32 = 0) AS anchors
FROM narrow
ORDER BY number;
