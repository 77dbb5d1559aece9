-- When messages of rules on developments went out, several alerts of a message once.
-- Params: since
SELECT rule, sent_at
FROM alerts
WHERE state = 'sent' AND kind = 'development' AND sent_at > $since
GROUP BY rule, sent_at, coalesce(message, alert_id)
ORDER BY rule, sent_at;
