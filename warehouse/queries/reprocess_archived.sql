-- Params: path, batch_id, place (in the order of loading)
INSERT INTO archived_versions
SELECT $place, $batch_id, (article).article.url, (article).article.seen_at
FROM read_parquet($path)
WHERE article IS NOT NULL;
