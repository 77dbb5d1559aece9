-- Alerts that were sent, and when.
SELECT alert_id, sent_at FROM alerts WHERE state = 'sent' AND sent_at IS NOT NULL;
