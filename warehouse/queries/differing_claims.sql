-- Claims that differ: the same is one of the same kind at the same place.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, event_type, part, start, stop ORDER BY position
    ) AS nth
    FROM claims
),
olds AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, event_type, part, start, stop ORDER BY position
    ) AS nth
    FROM before.claims
)
SELECT
    CASE WHEN o.article_id IS NULL THEN 'added' WHEN n.article_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.article_id, o.article_id) AS key,
    coalesce(n.article_id, o.article_id) AS article_id,
    CASE WHEN o.article_id IS NOT NULL THEN
        concat(o.event_type, ', ', o.status, ', ', o.basis, CASE WHEN o.is_news THEN '' ELSE ', recalled' END,
        ': ', o.sentence)
    END AS before,
    CASE WHEN n.article_id IS NOT NULL THEN
        concat(n.event_type, ', ', n.status, ', ', n.basis, CASE WHEN n.is_news THEN '' ELSE ', recalled' END,
        ': ', n.sentence)
    END AS after,
    CASE WHEN o.article_id IS NULL OR n.article_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.status IS DISTINCT FROM o.status THEN 'status' END,
        CASE WHEN n.basis IS DISTINCT FROM o.basis THEN 'basis' END,
        CASE WHEN n.participants IS DISTINCT FROM o.participants THEN 'participants' END,
        CASE WHEN n.sentence IS DISTINCT FROM o.sentence THEN 'sentence' END,
        CASE WHEN n.is_news IS DISTINCT FROM o.is_news THEN 'is_news' END,
        CASE WHEN n.score IS DISTINCT FROM o.score THEN 'score' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.article_id = o.article_id AND n.event_type = o.event_type AND n.part = o.part AND n.start = o.start
    AND n.stop = o.stop AND n.nth = o.nth
WHERE
    n.article_id IS NULL OR o.article_id IS NULL
    OR (
        n.status, n.basis, n.participants, n.sentence, n.is_news, n.score
    ) IS DISTINCT FROM (
        o.status, o.basis, o.participants, o.sentence, o.is_news, o.score
    );
