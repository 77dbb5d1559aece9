-- Params: weeks
INSERT INTO state.pair_weeks BY NAME
SELECT CAST(date_trunc('week', day) AS DATE) AS week, entity_a, entity_b, count(*) AS articles
FROM (
    SELECT day, entity_a, unnest(entities) AS entity_b
    FROM (
        SELECT day, entities, unnest(entities) AS entity_a
        FROM state.mentioned
        WHERE NOT copied AND day IN (
            SELECT w.week + d.number::INTEGER FROM (SELECT unnest($weeks::DATE[]) AS week) AS w, range(7) AS d (number)
        )
    )
)
WHERE entity_a < entity_b
GROUP BY ALL
ORDER BY week, entity_a, entity_b;
