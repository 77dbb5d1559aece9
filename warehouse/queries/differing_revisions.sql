-- Versions of articles that differ.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (FROM revisions),
olds AS (FROM before.revisions)
SELECT
    CASE WHEN o.article_id IS NULL THEN 'added' WHEN n.article_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.article_id, o.article_id) AS key,
    coalesce(n.article_id, o.article_id) AS article_id,
    CASE WHEN o.article_id IS NOT NULL THEN
        concat('revision ', o.revision, ', ', o.change)
    END AS before,
    CASE WHEN n.article_id IS NOT NULL THEN
        concat('revision ', n.revision, ', ', n.change)
    END AS after,
    CASE WHEN o.article_id IS NULL OR n.article_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.seen_at IS DISTINCT FROM o.seen_at THEN 'seen_at' END,
        CASE WHEN n.title IS DISTINCT FROM o.title THEN 'title' END,
        CASE WHEN n.text IS DISTINCT FROM o.text THEN 'text' END,
        CASE WHEN n.change IS DISTINCT FROM o.change THEN 'change' END,
        CASE WHEN n.diff IS DISTINCT FROM o.diff THEN 'diff' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.article_id = o.article_id AND n.revision = o.revision
WHERE
    n.article_id IS NULL OR o.article_id IS NULL
    OR (
        n.seen_at, n.title, n.text, n.change, n.diff
    ) IS DISTINCT FROM (
        o.seen_at, o.title, o.text, o.change, o.diff
    );
