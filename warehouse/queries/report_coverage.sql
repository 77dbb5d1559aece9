-- What was looked at on each of the last days up to the newest one: the sources read, reached back over by their next
-- listing, and missed; and the articles found.
-- Params: days (how many)
WITH counted AS (
    SELECT
        day,
        count(*) FILTER (WHERE state = 'read')     AS read,
        count(*) FILTER (WHERE state = 'reached')  AS reached,
        count(*) FILTER (WHERE state = 'missed')   AS missed
    FROM covered_days
    WHERE day > (SELECT max(day) FROM covered_days) - $days::INTEGER
    GROUP BY day
),
found AS (
    SELECT day, sum(articles)::BIGINT AS articles FROM coverage GROUP BY day
)
SELECT c.day, c.read, c.reached, c.missed, coalesce(f.articles, 0) AS articles
FROM counted AS c
LEFT JOIN found AS f ON f.day = c.day
ORDER BY c.day;
