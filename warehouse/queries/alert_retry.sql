-- Makes failed alerts due at once, with a fresh count of attempts; one that was never tried waits as it did before.
-- Params: alert_id (an id or the start of one; null for all)
UPDATE alerts
SET
    state = CASE WHEN attempts = 0 AND kind = 'development' THEN 'held' ELSE 'pending' END,
    attempts = 0,
    first_tried_at = NULL,
    error = NULL
WHERE state = 'failed' AND ($alert_id::VARCHAR IS NULL OR starts_with(alert_id, $alert_id));
