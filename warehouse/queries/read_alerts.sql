-- The ledger of alerts, the newest first.
-- Params: state (null for all), most (rows at the most)
SELECT alert_id, kind, development_id, rule, channel, state, created_at, sent_at, attempts, error, title, body
FROM alerts
WHERE $state::VARCHAR IS NULL OR state = $state
ORDER BY created_at DESC, alert_id
LIMIT $most;
