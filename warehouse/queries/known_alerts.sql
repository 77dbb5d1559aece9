-- Params: ids
SELECT alert_id FROM alerts WHERE list_contains($ids::VARCHAR[], alert_id);
