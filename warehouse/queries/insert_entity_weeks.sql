-- Params: weeks
INSERT INTO state.entity_weeks BY NAME
SELECT CAST(date_trunc('week', day) AS DATE) AS week, entity_id, sum(articles)::BIGINT AS articles
FROM state.trend_days
WHERE day IN (
    SELECT w.week + d.number::INTEGER FROM (SELECT unnest($weeks::DATE[]) AS week) AS w, range(7) AS d (number)
)
GROUP BY ALL
HAVING sum(articles) > 0
ORDER BY week, entity_id;
