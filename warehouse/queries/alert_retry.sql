-- Makes failed alerts due at once, with a fresh count of attempts.
-- Params: alert_id (an id or the start of one; null for all)
UPDATE alerts
SET state = 'pending', attempts = 0, first_tried_at = NULL, error = NULL
WHERE state = 'failed' AND ($alert_id::VARCHAR IS NULL OR starts_with(alert_id, $alert_id));
