-- Params: first, last (numbers of versions), batch_id (null for those of no batch)
-- Versions as the file `before` has them, in the order in which they came.
WITH wanted AS (
    SELECT number, article_id, revision
    FROM versions
    WHERE number BETWEEN $first AND $last AND batch_id IS NOT DISTINCT FROM $batch_id::VARCHAR
)
SELECT r.article_id, r.revision, r.seen_at, r.title, r.text, r.change
FROM wanted AS w
JOIN before.revisions AS r ON r.article_id = w.article_id AND r.revision = w.revision
ORDER BY w.number;
