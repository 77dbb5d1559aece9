WITH counted AS (
    SELECT
        source_id,
        CAST(started_at AT TIME ZONE 'UTC' AS DATE)     AS day,
        count(*) FILTER (WHERE outcome <> 'failed')     AS polls_ok,
        count(*) FILTER (WHERE outcome = 'failed')      AS polls_failed
    FROM polls
    GROUP BY ALL
    UNION ALL
    SELECT source_id, day, polls_ok, polls_failed
    FROM poll_days
),
polled AS (
    SELECT source_id, day, sum(polls_ok)::BIGINT AS polls_ok, sum(polls_failed)::BIGINT AS polls_failed
    FROM counted
    GROUP BY ALL
),
span AS (
    SELECT
        p.source_id     AS source_id,
        min(p.day)      AS first_day,
        CASE
            WHEN any_value(s.state) = 'removed' THEN max(p.day)
            ELSE (SELECT max(day) FROM polled)
        END             AS last_day
    FROM polled AS p
    LEFT JOIN sources AS s ON s.source_id = p.source_id
    GROUP BY p.source_id
),
expected AS (
    SELECT source_id, CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
),
found AS (
    SELECT source_id, CAST(first_seen_at AT TIME ZONE 'UTC' AS DATE) AS day, count(*) AS articles
    FROM articles
    GROUP BY ALL
),
days AS (
    SELECT source_id, day FROM expected
    UNION
    SELECT source_id, day FROM found
)
SELECT
    d.day                           AS day,
    d.source_id                     AS source_id,
    coalesce(p.polls_ok, 0)         AS polls_ok,
    coalesce(p.polls_failed, 0)     AS polls_failed,
    coalesce(f.articles, 0)         AS articles
FROM days AS d
LEFT JOIN polled AS p ON p.source_id = d.source_id AND p.day = d.day
LEFT JOIN found AS f ON f.source_id = d.source_id AND f.day = d.day;
