-- Notes that held alerts may have been sent: an attempt of which no result is known, and they stay held.
-- Params: ids
UPDATE alerts
SET attempts = 1
WHERE list_contains($ids::VARCHAR[], alert_id) AND state = 'held' AND attempts = 0;
