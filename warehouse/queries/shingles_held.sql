-- Params: shingles, after (the number before the first article that is looked at), boilerplate_after, texts
-- Which articles after number `after` hold the shingles. Of a shingle that more than `texts` different texts after
-- number `boilerplate_after` hold (copies counted once), it says no more than that: one row without a number.
-- Those of batches from before 0003_shingles.sql, of more than 32 bits, nobody holds. After gather_window.
WITH asked AS (
    SELECT TRY_CAST(shingle AS UINTEGER) AS shingle FROM (SELECT unnest($shingles) AS shingle)
),
held AS MATERIALIZED (
    SELECT shingle, number
    FROM (SELECT unnest(shingles) AS shingle, number FROM state.fingerprints WHERE number > $after)
    SEMI JOIN asked USING (shingle)
),
often AS (
    SELECT shingle FROM held GROUP BY shingle HAVING count(*) > $texts
),
common AS MATERIALIZED (
    SELECT shingle
    FROM held SEMI JOIN often USING (shingle) JOIN window_texts USING (number)
    WHERE number > $boilerplate_after
    GROUP BY shingle
    HAVING count(DISTINCT text) > $texts
)
SELECT shingle, number FROM held ANTI JOIN common USING (shingle)
UNION ALL
SELECT shingle, NULL FROM common;
