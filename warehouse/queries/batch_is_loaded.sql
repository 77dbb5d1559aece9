-- Params: batch_id
SELECT 1 FROM state.batches WHERE batch_id = $batch_id;
