-- The versions of an exported set, numbered from 1 in the order in which they were seen: where its text and its article
-- stand in `exported_revisions` and `exported_articles`, and the time of the run that brought it.
CREATE OR REPLACE TEMP TABLE exported_order AS
WITH versions AS (
    SELECT
        r.rowid AS text_at,
        a.rowid AS article_at,
        a.url,
        r.revision,
        r.seen_at,
        r.revision = max(r.revision) OVER (PARTITION BY r.article_id) AS newest
    FROM temp.exported_revisions AS r
    JOIN temp.exported_articles AS a ON a.article_id = r.article_id
)
SELECT
    row_number() OVER (ORDER BY v.seen_at, v.url, v.revision) AS number,
    v.text_at,
    v.article_at,
    v.newest,
    o.started_at AS loaded_at
FROM versions AS v
ASOF LEFT JOIN (SELECT DISTINCT started_at FROM temp.exported_runs) AS o ON o.started_at >= v.seen_at
ORDER BY number;
