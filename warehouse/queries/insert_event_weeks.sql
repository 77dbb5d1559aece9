-- Params: weeks
INSERT INTO state.event_weeks BY NAME
WITH these AS (
    SELECT week, event_type, status, development_id, articles, copies
    FROM state.reporters
    WHERE week IN (SELECT unnest($weeks::DATE[]))
),
told AS (
    SELECT week, event_type, status, count(DISTINCT development_id) AS developments
    FROM these
    GROUP BY ALL
),
reports AS (
    SELECT week, event_type, status, count(DISTINCT article_id) AS articles
    FROM (SELECT week, event_type, status, unnest(articles) AS article_id FROM these)
    GROUP BY ALL
),
copied AS (
    SELECT week, event_type, status, count(DISTINCT article_id) AS copies
    FROM (SELECT week, event_type, status, unnest(copies) AS article_id FROM these)
    GROUP BY ALL
)
SELECT week, event_type, status, developments, coalesce(articles, 0) AS articles, coalesce(copies, 0) AS copies
FROM told
LEFT JOIN reports USING (week, event_type, status)
LEFT JOIN copied USING (week, event_type, status)
ORDER BY week, event_type, status;
