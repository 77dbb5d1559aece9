-- When the last batch was loaded; null where none ever was.
SELECT max(loaded_at) FROM state.batches;
