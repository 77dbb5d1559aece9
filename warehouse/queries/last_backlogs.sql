-- How many items waited for their page after each of the last runs, in order.
-- Params: since
SELECT finished_at, backlog
FROM runs
WHERE backlog IS NOT NULL AND finished_at >= $since
ORDER BY finished_at, run_id;
