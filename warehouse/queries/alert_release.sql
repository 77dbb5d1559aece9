-- Rewrites an alert that is held; one in any other state stays as it is.
-- Params: alert_id, state, title, body
UPDATE alerts
SET state = $state, title = $title, body = $body
WHERE alert_id = $alert_id AND state = 'held';
