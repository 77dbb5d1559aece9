-- Params: ids (lists of the id before and the id since)
-- The source goes by another id in the watch file: what is still to be read of its past goes with it.
UPDATE state.archives SET source_id = renamed.pair[2]
FROM (SELECT unnest($ids) AS pair) AS renamed
WHERE renamed.pair[1] = source_id;
