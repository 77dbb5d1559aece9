-- Ids of all alerts there are, whatever their state.
SELECT alert_id FROM alerts;
