-- All versions of the file `before`, numbered from 1 in the order in which they came, and the batch of the archive in
-- which each can be read; null where none is kept.
CREATE OR REPLACE TEMP TABLE versions AS
WITH numbered AS (
    SELECT row_number() OVER (ORDER BY rowid) AS number, article_id, revision, seen_at
    FROM before.revisions
),
kept AS (
    SELECT url, seen_at, arg_min(batch_id, place) AS batch_id
    FROM archived_versions
    GROUP BY url, seen_at
)
SELECT n.number, n.article_id, n.revision, k.batch_id
FROM numbered AS n
JOIN before.articles AS a ON a.article_id = n.article_id
LEFT JOIN kept AS k ON k.url = a.url AND k.seen_at = n.seen_at;
