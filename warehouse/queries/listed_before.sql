-- Params: ids
-- What is still to be asked for of these sources: pages that could not be had, and known ones that are looked at again.
SELECT source_id, url, guid FROM state.pending_items WHERE source_id IN (SELECT unnest($ids))
UNION
SELECT source_id, url, guid FROM state.pages WHERE source_id IN (SELECT unnest($ids));
