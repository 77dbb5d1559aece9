-- A row where state.source_days does not say what polls, poll_days and articles say.
WITH counted AS (
    SELECT
        CAST(started_at AT TIME ZONE 'UTC' AS DATE) AS day,
        source_id,
        count(*) FILTER (outcome <> 'failed')       AS polls_ok,
        count(*) FILTER (outcome = 'failed')        AS polls_failed,
        0                                           AS articles
    FROM polls
    GROUP BY ALL
    UNION ALL
    SELECT day, source_id, polls_ok, polls_failed, 0 FROM poll_days
    UNION ALL
    SELECT CAST(first_seen_at AT TIME ZONE 'UTC' AS DATE) AS day, source_id, 0, 0, count(*)
    FROM articles
    GROUP BY ALL
),
made AS (
    SELECT
        day,
        source_id,
        sum(polls_ok)::BIGINT       AS polls_ok,
        sum(polls_failed)::BIGINT   AS polls_failed,
        sum(articles)::BIGINT       AS articles
    FROM counted
    GROUP BY day, source_id
),
kept AS (
    SELECT day, source_id, polls_ok, polls_failed, articles FROM state.source_days
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
