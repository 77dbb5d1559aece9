-- Notes that alerts are about to be sent: pending with attempts above 0 means that no result was noted.
-- Params: ids
UPDATE alerts
SET state = 'pending', attempts = attempts + 1, error = NULL
WHERE list_contains($ids::VARCHAR[], alert_id);
