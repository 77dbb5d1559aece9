-- Requests to a host that had asked to be left alone for longer (Retry-After), the newest first.
-- Params: since (null for all), slack_s (seconds that the end of a rest is not exact to), most
WITH asked AS (
    SELECT
        source_id,
        url,
        started_at,
        max(started_at + to_seconds(seconds + retry_after_s)) OVER (
            PARTITION BY host ORDER BY started_at, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS rests_until
    FROM requests
)

SELECT source_id, url, started_at, rests_until, count(*) OVER () AS found
FROM asked
WHERE
    started_at < rests_until - to_seconds($slack_s)
    AND ($since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ)
ORDER BY started_at DESC, url
LIMIT $most;
