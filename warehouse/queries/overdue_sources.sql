-- Sources that were due and have not been polled, the longest first; and how many are polled at all.
-- Params: before (due before)
SELECT
    count(*)                                                                         AS polled,
    list(source_id ORDER BY next_poll_at, source_id) FILTER (next_poll_at < $before) AS ids
FROM sources
WHERE next_poll_at IS NOT NULL AND state <> 'removed'
HAVING count(*) FILTER (next_poll_at < $before) > 0;
