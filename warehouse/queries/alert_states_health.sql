SELECT alert_id, state FROM alerts WHERE kind = 'health';
