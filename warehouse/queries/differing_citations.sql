-- Origins named that differ.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, origin, sentence ORDER BY rowid
    ) AS nth
    FROM citations
),
olds AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, origin, sentence ORDER BY rowid
    ) AS nth
    FROM before.citations
)
SELECT
    CASE WHEN o.article_id IS NULL THEN 'added' WHEN n.article_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.article_id, o.article_id) AS key,
    coalesce(n.article_id, o.article_id) AS article_id,
    CASE WHEN o.article_id IS NOT NULL THEN
        concat(o.origin, ': ', o.sentence)
    END AS before,
    CASE WHEN n.article_id IS NOT NULL THEN
        concat(n.origin, ': ', n.sentence)
    END AS after,
    []::VARCHAR[] AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.article_id = o.article_id AND n.origin = o.origin AND n.sentence = o.sentence AND n.nth = o.nth
WHERE
    n.article_id IS NULL OR o.article_id IS NULL;
