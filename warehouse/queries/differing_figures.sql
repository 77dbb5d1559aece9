-- Figures that differ: the same is one of the same kind at the same place.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, kind, part, start ORDER BY stop, value, unit
    ) AS nth
    FROM figures
),
olds AS (
    SELECT *, row_number() OVER (
        PARTITION BY article_id, kind, part, start ORDER BY stop, value, unit
    ) AS nth
    FROM before.figures
)
SELECT
    CASE WHEN o.article_id IS NULL THEN 'added' WHEN n.article_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.article_id, o.article_id) AS key,
    coalesce(n.article_id, o.article_id) AS article_id,
    CASE WHEN o.article_id IS NOT NULL THEN
        concat(o.kind, ' ', o.value, ' ', o.unit, ': ', o.surface)
    END AS before,
    CASE WHEN n.article_id IS NOT NULL THEN
        concat(n.kind, ' ', n.value, ' ', n.unit, ': ', n.surface)
    END AS after,
    CASE WHEN o.article_id IS NULL OR n.article_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.value IS DISTINCT FROM o.value THEN 'value' END,
        CASE WHEN n.number IS DISTINCT FROM o.number THEN 'number' END,
        CASE WHEN n.unit IS DISTINCT FROM o.unit THEN 'unit' END,
        CASE WHEN n.surface IS DISTINCT FROM o.surface THEN 'surface' END,
        CASE WHEN n.stop IS DISTINCT FROM o.stop THEN 'stop' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.article_id = o.article_id AND n.kind = o.kind AND n.part = o.part AND n.start = o.start
    AND n.nth = o.nth
WHERE
    n.article_id IS NULL OR o.article_id IS NULL
    OR (
        n.value, n.number, n.unit, n.surface, n.stop
    ) IS DISTINCT FROM (
        o.value, o.number, o.unit, o.surface, o.stop
    );
