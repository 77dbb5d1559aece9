-- Forgets the items that no source has listed since then, and that no listing which was read last holds.
-- Params: before
DELETE FROM state.items
WHERE last_seen_at < $before AND item_key NOT IN (SELECT unnest(keys) FROM state.listings);
