-- The source has listed these too: they come first, and no more than `most` are kept.
-- Params: source_id, keys, most
UPDATE state.listings
SET keys = list_slice(
    list_concat($keys::VARCHAR[], list_filter(keys, lambda known: NOT list_contains($keys::VARCHAR[], known))), 1, $most
)
WHERE source_id = $source_id;
