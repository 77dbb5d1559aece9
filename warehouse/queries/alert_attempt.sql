-- Notes that alerts are about to be sent: pending with attempts above 0 means that no result was noted.
-- Params: ids, now, message
UPDATE alerts
SET
    state = 'pending',
    attempts = attempts + 1,
    tried_at = $now,
    first_tried_at = coalesce(first_tried_at, $now),
    message = coalesce($message, message),
    error = NULL
WHERE list_contains($ids::VARCHAR[], alert_id);
