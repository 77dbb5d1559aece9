-- When each batch was loaded.
SELECT batch_id, loaded_at FROM state.batches;
