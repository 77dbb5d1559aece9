-- Params: batch_id
-- The first and the last version that a batch brought; null where it brought none.
SELECT min(number), max(number) FROM versions WHERE batch_id = $batch_id;
