-- Params: keys, now
-- The items are listed still: they stay known.
UPDATE state.items SET last_seen_at = $now WHERE item_key IN (SELECT unnest($keys));
