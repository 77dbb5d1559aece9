-- Params: ids (lists of the id before and the id since)
-- The source goes by another id in the watch file: what its addresses said of themselves goes with it.
UPDATE state.validators SET source_id = renamed.pair[2]
FROM (SELECT unnest($ids) AS pair) AS renamed
WHERE renamed.pair[1] = source_id;
