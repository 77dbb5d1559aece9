-- The batches that the file `before` holds, in the order in which they were loaded.
SELECT batch_id FROM before.state.batches ORDER BY rowid;
