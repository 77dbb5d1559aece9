-- When the batch in a file was collected.
-- Params: path
SELECT min(collected_at) FROM read_parquet($path);
