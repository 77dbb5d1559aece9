-- A row where state.pair_weeks does not say what state.mentioned says.
WITH made AS (
    SELECT CAST(date_trunc('week', day) AS DATE) AS week, entity_a, entity_b, count(*) AS articles
    FROM (
        SELECT day, entity_a, unnest(entities) AS entity_b
        FROM (SELECT day, entities, unnest(entities) AS entity_a FROM state.mentioned WHERE NOT copied)
    )
    WHERE entity_a < entity_b
    GROUP BY ALL
),
kept AS (
    SELECT week, entity_a, entity_b, articles FROM state.pair_weeks
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
