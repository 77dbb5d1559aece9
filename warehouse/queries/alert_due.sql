-- Alerts that have not been delivered, the oldest first.
SELECT
    alert_id, kind, development_id, rule, channel, state, created_at, tried_at, first_tried_at, sent_at, attempts, error,
    title, body, says, told, message
FROM alerts
WHERE state <> 'sent'
ORDER BY created_at, alert_id;
