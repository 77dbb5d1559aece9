-- How many batches the file `current` holds that were loaded after it was copied to `before`.
SELECT count(*) FROM current.state.batches WHERE batch_id NOT IN (SELECT batch_id FROM before.state.batches);
