-- Params: ids
-- Returns the weeks of what went.
DELETE FROM state.reporters WHERE development_id IN (SELECT unnest($ids)) RETURNING week;
