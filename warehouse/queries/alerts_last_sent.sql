-- When each rule last had an alert go out, and which of those of that moment comes last in the order of sending.
SELECT
    rule,
    max(sent_at)                                                                          AS sent_at,
    max({'created_at': created_at, 'alert_id': alert_id}) FILTER (WHERE sent_at = last_at) AS last
FROM (SELECT *, max(sent_at) OVER (PARTITION BY rule) AS last_at FROM alerts WHERE state = 'sent' AND sent_at IS NOT NULL)
GROUP BY rule;
