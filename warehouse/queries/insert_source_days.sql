-- Params: days, first (the earliest of them), until (the day after the latest)
INSERT INTO state.source_days BY NAME
WITH counted AS (
    SELECT CAST(started_at AT TIME ZONE 'UTC' AS DATE) AS day, source_id, count(*) FILTER (outcome <> 'failed') AS polls_ok,
           count(*) FILTER (outcome = 'failed') AS polls_failed, 0 AS articles
    FROM polls
    WHERE started_at >= $first::TIMESTAMPTZ AND started_at < $until::TIMESTAMPTZ
    GROUP BY ALL
    UNION ALL
    SELECT day, source_id, polls_ok, polls_failed, 0 FROM poll_days
    UNION ALL
    SELECT CAST(first_seen_at AT TIME ZONE 'UTC' AS DATE) AS day, source_id, 0, 0, count(*)
    FROM articles
    WHERE first_seen_at >= $first::TIMESTAMPTZ AND first_seen_at < $until::TIMESTAMPTZ
    GROUP BY ALL
)
SELECT day, source_id, sum(polls_ok)::BIGINT AS polls_ok, sum(polls_failed)::BIGINT AS polls_failed,
       sum(articles)::BIGINT AS articles
FROM counted
WHERE day IN (SELECT unnest($days::DATE[]))
GROUP BY day, source_id
ORDER BY day, source_id;
