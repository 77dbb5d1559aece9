-- A row where state.trend_days does not say what state.mentioned says.
WITH made AS (
    SELECT
        day,
        entity_id,
        language,
        count(*) FILTER (WHERE NOT copied)  AS articles,
        count(*) FILTER (WHERE copied)      AS copies,
        count(DISTINCT publisher)           AS publishers
    FROM (SELECT day, language, publisher, copied, unnest(entities) AS entity_id FROM state.mentioned)
    GROUP BY day, entity_id, language
),
kept AS (
    SELECT day, entity_id, language, articles, copies, publishers FROM state.trend_days
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
