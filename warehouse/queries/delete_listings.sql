-- Params: ids
DELETE FROM state.listings WHERE source_id IN (SELECT unnest($ids));
