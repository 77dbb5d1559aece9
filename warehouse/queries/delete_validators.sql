-- Params: ids
DELETE FROM state.validators WHERE source_id IN (SELECT unnest($ids));
