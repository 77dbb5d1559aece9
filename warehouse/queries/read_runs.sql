-- The last runs, the newest first.
-- Params: most (rows at the most)
SELECT
    run_id, started_at, finished_at, outcome, polls, failed_polls, new_items, failed_items, articles, revisions,
    copies, relevant, developments, alerts
FROM runs
ORDER BY started_at DESC, run_id
LIMIT $most;
