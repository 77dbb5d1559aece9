-- Params: ids
-- What was read of these sources would be read otherwise now: the next answer must come whole, and be read.
UPDATE state.validators SET etag = NULL, last_modified = NULL, body_hash = NULL WHERE source_id IN (SELECT unnest($ids));
