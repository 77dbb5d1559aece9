-- Params: ids (lists of the id before and the id since)
-- The source goes by another id in the watch file: its known pages, which are looked at again, go with it.
UPDATE state.pages SET source_id = renamed.pair[2]
FROM (SELECT unnest($ids) AS pair) AS renamed
WHERE renamed.pair[1] = source_id;
