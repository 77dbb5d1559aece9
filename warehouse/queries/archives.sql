-- How far the older parts of these sources have been read.
-- Params: ids
SELECT source_id, url, read, items, attempts, next_try_at, began_at
FROM state.archives
WHERE source_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY source_id;
