-- Params: keys (lists of source_id and url)
DELETE FROM state.pending_items WHERE (source_id, url) IN (SELECT (pair[1], pair[2]) FROM (SELECT unnest($keys) AS pair));
