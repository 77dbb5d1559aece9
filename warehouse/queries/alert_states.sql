-- How all alerts stand, and which of them tell of a withdrawal.
-- Params: withdrawn (what the text of those begins with)
SELECT alert_id, state, starts_with(body, $withdrawn) AS withdrawn FROM alerts;
