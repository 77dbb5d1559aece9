-- Params: since, ids
-- Keys of items that need no fetch: listed since then, or by the last listing that was read of one of these sources.
SELECT item_key
FROM state.items
WHERE last_seen_at >= $since
    OR item_key IN (
        SELECT unnest(keys) FROM state.listings WHERE source_id IN (SELECT unnest($ids))
    )
ORDER BY item_key;
