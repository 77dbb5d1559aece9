-- Params: asked (number, day, and the tokens with their weights and reaches in days of each report asked for), days (how
-- far each one looks), since, until (days that bound what all of them look back and ahead on), recent_since, recent_until
-- (the same for tokens of a shorter reach), fading (days), most
-- Of the reports within so many days of each one asked for those that share most with it, and, where they are fewer
-- than wanted, the ones nearest in time.
WITH asked AS MATERIALIZED (
    SELECT unnest(
        $asked::STRUCT(number BIGINT, day DATE, tokens BIGINT[], weights DOUBLE[], reaches INTEGER[])[], max_depth := 2
    )
),
wanted AS MATERIALIZED (
    SELECT number, day, unnest(tokens) AS token, unnest(weights) AS weight, unnest(reaches) AS reach FROM asked
),
held AS (
    SELECT w.number, w.day AS asked_day, w.weight, t.position, t.day
    FROM wanted AS w
    JOIN state.tokens AS t ON t.token = w.token
    WHERE w.reach = $days AND t.day BETWEEN $since AND $until AND abs(t.day - w.day) <= $days
    UNION ALL
    SELECT w.number, w.day AS asked_day, w.weight, t.position, t.day
    FROM wanted AS w
    JOIN state.tokens AS t ON t.token = w.token
    WHERE w.reach < $days AND t.day BETWEEN $recent_since AND $recent_until AND abs(t.day - w.day) <= w.reach
),
sharing AS MATERIALIZED (
    SELECT number, position,
           sum(weight) * (0.5 + 0.5 * pow(0.5, abs(any_value(day) - any_value(asked_day)) / $fading)) AS shared
    FROM held
    GROUP BY number, position
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY shared DESC, position DESC) <= $most
),
lacking AS (
    SELECT DISTINCT a.day
    FROM asked AS a
    LEFT JOIN (SELECT number, count(*) AS found FROM sharing GROUP BY number) AS s ON s.number = a.number
    WHERE coalesce(s.found, 0) < $most
),
placed AS MATERIALIZED (
    SELECT position, reported_at::DATE AS day
    FROM state.reports
    WHERE reported_at >= $since::DATE AND reported_at < $until::DATE + 1
),
-- The days nearest to each, as many as it takes: of the others no report is looked at.
close_days AS (
    SELECT l.day AS asked_day, d.day, abs(d.day - l.day) AS apart
    FROM lacking AS l
    JOIN (SELECT day, count(*) AS reports FROM placed GROUP BY day) AS d ON abs(d.day - l.day) <= $days
    QUALIFY coalesce(
        sum(d.reports) OVER (
            PARTITION BY l.day ORDER BY abs(d.day - l.day) RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        0
    ) < $most
),
close AS (
    SELECT p.position
    FROM close_days AS c
    JOIN placed AS p ON p.day = c.day
    QUALIFY row_number() OVER (PARTITION BY c.asked_day ORDER BY c.apart, p.position DESC) <= $most
)
SELECT DISTINCT article_id
FROM state.reports
WHERE position IN (SELECT position FROM sharing UNION SELECT position FROM close)
ORDER BY article_id;
