-- Params: after (number of the last version that has been read)
-- The versions in runs of one batch, or of none, in their order.
WITH marked AS (
    SELECT number, batch_id,
           number - row_number() OVER (PARTITION BY batch_id ORDER BY number) AS run
    FROM versions
    WHERE number > $after
)
SELECT batch_id, min(number) AS first, max(number) AS last
FROM marked
GROUP BY batch_id, run
ORDER BY first;
