-- What each source of the watch answered when it was asked last, what it listed when it was read last, and the newest
-- article that it brought.
WITH last_polls AS (
    SELECT
        source_id,
        max(started_at)                                         AS polled_at,
        arg_max(coalesce(http_status, 0), started_at)           AS http_status,
        arg_max(items, started_at) FILTER (outcome = 'new')     AS items
    FROM polls
    GROUP BY source_id
),
newest AS (
    SELECT source_id, max(published_at) AS newest_at
    FROM articles
    GROUP BY source_id
)
SELECT
    s.source_id,
    s.kind,
    s.url,
    s.state,
    s.robots,
    s.cause,
    s.evidence,
    s.error,
    s.tried,
    s.advice,
    p.polled_at,
    nullif(p.http_status, 0)    AS http_status,
    p.items,
    n.newest_at
FROM sources AS s
LEFT JOIN last_polls AS p ON p.source_id = s.source_id
LEFT JOIN newest AS n ON n.source_id = s.source_id
WHERE s.state <> 'removed';
