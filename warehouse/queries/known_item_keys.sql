-- Params: since
-- Keys of items that need no fetch: listed since then.
SELECT item_key
FROM state.items
WHERE last_seen_at >= $since
ORDER BY item_key;
