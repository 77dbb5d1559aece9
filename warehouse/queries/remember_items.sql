-- Params: keys, now
-- The items need no fetch any more.
INSERT INTO state.items (item_key, first_seen_at, last_seen_at)
SELECT DISTINCT listed.item_key, $now, $now
FROM (SELECT unnest($keys) AS item_key) AS listed
ANTI JOIN state.items USING (item_key);
