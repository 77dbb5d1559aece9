-- Alerts on news that were not sent yet, and when the news was reported first.
SELECT a.alert_id, d.reported_at
FROM alerts AS a
JOIN developments AS d ON d.development_id = a.development_id
WHERE a.state <> 'sent';
