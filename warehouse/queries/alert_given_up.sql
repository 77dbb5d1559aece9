-- Notes that an alert had failed so often that it is not tried any more.
-- Params: alert_id, attempts, error
UPDATE alerts
SET state = 'failed', attempts = $attempts, error = $error
WHERE alert_id = $alert_id;
