-- Params: days
INSERT INTO state.trend_days BY NAME
SELECT
    day,
    entity_id,
    language,
    count(*) FILTER (WHERE NOT copied)  AS articles,
    count(*) FILTER (WHERE copied)      AS copies,
    count(DISTINCT publisher)           AS publishers
FROM (
    SELECT day, language, publisher, copied, unnest(entities) AS entity_id
    FROM state.mentioned
    WHERE day IN (SELECT unnest($days::DATE[]))
)
GROUP BY day, entity_id, language
ORDER BY day, entity_id;
