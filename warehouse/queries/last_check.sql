-- What the last daily check of warehouse and snapshot found: no row before the first.
SELECT started_at, integrity AS state, findings
FROM housekeeping
ORDER BY started_at DESC
LIMIT 1;
