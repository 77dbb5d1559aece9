-- A row where state.event_weeks does not say what state.reporters says.
WITH told AS (
    SELECT week, event_type, status, count(DISTINCT development_id) AS developments
    FROM state.reporters
    GROUP BY ALL
),
reports AS (
    SELECT week, event_type, status, count(DISTINCT article_id) AS articles
    FROM (SELECT week, event_type, status, unnest(articles) AS article_id FROM state.reporters)
    GROUP BY ALL
),
copied AS (
    SELECT week, event_type, status, count(DISTINCT article_id) AS copies
    FROM (SELECT week, event_type, status, unnest(copies) AS article_id FROM state.reporters)
    GROUP BY ALL
),
made AS (
    SELECT week, event_type, status, developments, coalesce(articles, 0) AS articles, coalesce(copies, 0) AS copies
    FROM told
    LEFT JOIN reports USING (week, event_type, status)
    LEFT JOIN copied USING (week, event_type, status)
),
kept AS (
    SELECT week, event_type, status, developments, articles, copies FROM state.event_weeks
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
