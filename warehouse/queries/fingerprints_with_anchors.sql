-- Params: asked (structs of a text and its anchors), least, after, until
-- The numbers of the articles after number `after` up to number `until` that share at least so many anchors with one of
-- the texts.
WITH asked AS (
    SELECT text, TRY_CAST(anchor AS UINTEGER) AS anchor
    FROM (
        SELECT asked.text, unnest(asked.anchors) AS anchor
        FROM (SELECT unnest($asked::STRUCT(text INTEGER, anchors BIGINT[])[]) AS asked)
    )
),
held AS MATERIALIZED (
    SELECT anchor, number
    FROM (SELECT unnest(anchors) AS anchor, number FROM state.fingerprints WHERE number > $after AND number <= $until)
    WHERE anchor IN (SELECT anchor FROM asked)
)
SELECT DISTINCT number
FROM (SELECT number FROM asked JOIN held USING (anchor) GROUP BY text, number HAVING count(*) >= $least);
