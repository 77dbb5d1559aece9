-- Mentions by week over the last weeks that hold any, of one entity or of all.
-- Params: entity_id (null for all), weeks
WITH newest AS (
    SELECT CAST(date_trunc('week', max(day)) AS DATE) AS week FROM trend_daily
)
SELECT
    CAST(date_trunc('week', t.day) AS DATE)     AS week,
    t.entity_id                                 AS entity_id,
    any_value(coalesce(e.name, t.entity_id))    AS name,
    sum(t.articles)::BIGINT                     AS articles,
    sum(t.copies)::BIGINT                       AS copies
FROM trend_daily AS t
LEFT JOIN entities AS e ON e.entity_id = t.entity_id
WHERE t.day >= (SELECT week FROM newest) - 7 * ($weeks::INTEGER - 1)
    AND ($entity_id::VARCHAR IS NULL OR t.entity_id = $entity_id)
GROUP BY ALL
ORDER BY week, entity_id;
