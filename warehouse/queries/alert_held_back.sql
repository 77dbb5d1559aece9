-- Notes that alerts wait because their rule has sent as many messages in the last hour as it may.
-- Params: ids, error
UPDATE alerts
SET state = 'held', error = $error
WHERE list_contains($ids::VARCHAR[], alert_id) AND state IN ('pending', 'held') AND attempts = 0;
