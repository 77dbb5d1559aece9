-- Polls that began before the poll before had allowed it, the newest first. A poll of another address (the watch names
-- another one, or another listing is read instead) has nothing to wait for.
-- Params: since (null for all), most
WITH spaced AS (
    SELECT
        source_id,
        url,
        started_at,
        lag(next_poll_at) OVER before AS allowed_at,
        lag(url) OVER before AS url_before
    FROM polls
    WINDOW before AS (PARTITION BY source_id ORDER BY started_at)
)

SELECT source_id, coalesce(url, '') AS url, started_at, allowed_at, count(*) OVER () AS found
FROM spaced
WHERE
    started_at < allowed_at
    AND (url IS NULL OR url_before IS NULL OR url = url_before)
    AND ($since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ)
ORDER BY started_at DESC, source_id
LIMIT $most;
