-- Rewrites what an alert says that has not been sent; of a held one the state too, any other one keeps its own.
-- Params: alert_id, state, title, body, says, told
UPDATE alerts
SET
    state = CASE state WHEN 'held' THEN $state ELSE state END,
    title = $title,
    body = $body,
    says = $says,
    told = $told
WHERE alert_id = $alert_id AND state <> 'sent';
