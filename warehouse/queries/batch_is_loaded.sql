-- Params: ids
SELECT batch_id FROM state.batches WHERE batch_id IN (SELECT unnest($ids));
