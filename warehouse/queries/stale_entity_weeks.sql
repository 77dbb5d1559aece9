-- A row where state.entity_weeks does not say what state.trend_days says.
WITH made AS (
    SELECT CAST(date_trunc('week', day) AS DATE) AS week, entity_id, sum(articles)::BIGINT AS articles
    FROM state.trend_days
    GROUP BY ALL
    HAVING sum(articles) > 0
),
kept AS (
    SELECT week, entity_id, articles FROM state.entity_weeks
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
