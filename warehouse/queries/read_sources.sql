-- How the sources of the watch are: the failing ones first, then those not read as the watch has them.
WITH last_polls AS (
    SELECT
        source_id,
        max(started_at)                                             AS last_poll_at,
        arg_max(coalesce(cause, ''), started_at)                    AS last_cause,
        count(*)                                                    AS polls,
        sum(new_items)::BIGINT                                      AS new_items
    FROM polls
    GROUP BY source_id
),
dropped AS (
    SELECT
        source_id,
        sum(polls_ok + polls_failed)::BIGINT                        AS polls,
        sum(new_items)::BIGINT                                      AS new_items
    FROM poll_days
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
    coalesce(p.polls, 0) + coalesce(d.polls, 0)         AS polls,
    coalesce(p.new_items, 0) + coalesce(d.new_items, 0) AS new_items,
    coalesce(s.cause, CASE WHEN s.error IS NOT NULL THEN nullif(p.last_cause, '') END) AS cause,
    s.error,
    s.advice,
    s.polled_url,
    s.polled_kind,
    s.interval_s,
    s.pace_s,
    coalesce(s.failure_weight, 0)   AS failure_weight,
    s.failing_since,
    s.evidence,
    s.tried,
    s.moved_to,
    s.gone_at,
    s.replaced_since,
    s.robots,
    s.last_new_at,
    s.untrusted_since,
    coalesce(s.losses, 0)           AS losses,
    s.loss_at
FROM sources AS s
LEFT JOIN last_polls AS p ON p.source_id = s.source_id
LEFT JOIN dropped AS d ON d.source_id = s.source_id
WHERE s.state <> 'removed'
ORDER BY s.failures DESC, s.state = 'ok', s.source_id;
