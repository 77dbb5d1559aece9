-- When each rule last had an alert go out.
SELECT rule, max(sent_at) FROM alerts WHERE state = 'sent' AND sent_at IS NOT NULL GROUP BY rule;
