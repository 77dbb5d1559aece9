-- Params: ids
DELETE FROM state.archives WHERE source_id IN (SELECT unnest($ids::VARCHAR[]));
