-- Notes what became of an attempt.
-- Params: ids, state, sent_at, error
UPDATE alerts
SET state = $state, sent_at = $sent_at, error = $error
WHERE list_contains($ids::VARCHAR[], alert_id);
