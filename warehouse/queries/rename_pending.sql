-- Params: ids (lists of the id before and the id since)
-- The source goes by another id in the watch file: the items whose page could not be had go with it.
UPDATE state.pending_items SET source_id = renamed.pair[2]
FROM (SELECT unnest($ids) AS pair) AS renamed
WHERE renamed.pair[1] = source_id;
