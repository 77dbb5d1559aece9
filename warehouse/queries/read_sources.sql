-- How the sources of the watch are, the failing ones first.
WITH last_polls AS (
    SELECT
        source_id,
        max(started_at)                                             AS last_poll_at,
        arg_max(outcome, started_at)                                AS last_outcome,
        arg_max(coalesce(cause, ''), started_at)                    AS last_cause,
        count(*)                                                    AS polls,
        sum(new_items)::BIGINT                                      AS new_items
    FROM polls
    GROUP BY source_id
)
SELECT
    s.source_id,
    s.kind,
    s.url,
    s.state,
    s.failures,
    s.last_ok_at,
    p.last_poll_at,
    s.next_poll_at,
    coalesce(p.polls, 0)        AS polls,
    coalesce(p.new_items, 0)    AS new_items,
    CASE WHEN s.error IS NOT NULL THEN nullif(p.last_cause, '') END AS cause,
    s.error,
    s.advice
FROM sources AS s
LEFT JOIN last_polls AS p ON p.source_id = s.source_id
WHERE s.state <> 'removed'
ORDER BY s.failures DESC, s.source_id;
