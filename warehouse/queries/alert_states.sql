-- How all alerts stand, and which of them tell of a withdrawal; those of older programs begin so.
SELECT alert_id, state, coalesce(says = 'withdrawn', starts_with(body, 'Withdrawn:')) AS withdrawn FROM alerts;
