-- Params: now, tried (ids of alerts that may have been sent)
-- What is to be told of developments that are gone since `now` is not told.
DELETE FROM alerts
WHERE
    state <> 'sent'
    AND NOT list_contains($tried::VARCHAR[], alert_id)
    AND development_id IN (SELECT development_id FROM gone_developments WHERE gone_at = $now);
