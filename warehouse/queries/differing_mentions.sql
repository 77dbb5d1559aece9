-- Names that differ: the same is one of the same entity at the same place.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, entity_id, part, start ORDER BY stop, surface
    ) AS nth
    FROM mentions
),
olds AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, entity_id, part, start ORDER BY stop, surface
    ) AS nth
    FROM before.mentions
)
SELECT
    CASE WHEN o.article_id IS NULL THEN 'added' WHEN n.article_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.article_id, o.article_id) AS key,
    coalesce(n.article_id, o.article_id) AS article_id,
    CASE WHEN o.article_id IS NOT NULL THEN
        concat(o.entity_id, ': ', o.surface)
    END AS before,
    CASE WHEN n.article_id IS NOT NULL THEN
        concat(n.entity_id, ': ', n.surface)
    END AS after,
    CASE WHEN o.article_id IS NULL OR n.article_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.surface IS DISTINCT FROM o.surface THEN 'surface' END,
        CASE WHEN n.stop IS DISTINCT FROM o.stop THEN 'stop' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.article_id = o.article_id AND n.entity_id = o.entity_id AND n.part = o.part AND n.start = o.start
    AND n.nth = o.nth
WHERE
    n.article_id IS NULL OR o.article_id IS NULL
    OR (
        n.surface, n.stop
    ) IS DISTINCT FROM (
        o.surface, o.stop
    );
