-- Sources that bring nothing any more, or not as the watch has it, and since when: a row an episode. First, where nothing at
-- all could be had since the last poll that worked and as many sources as `many` (or all) failed twice: one row without
-- a source.
-- Params: now, failing_s (seconds of failing), failures (in a row), many
WITH watched AS (
    SELECT * REPLACE (
        -- a poll that fails is no end of it
        CASE
            WHEN state = 'failing' AND replaced_since IS NOT NULL
                AND failing_since > $now - to_seconds($failing_s) AND failures < $failures
                THEN 'replaced'
            ELSE state
        END AS state
    )
    FROM sources
    WHERE state <> 'removed'
),

all_fail AS (
    SELECT
        count(*) FILTER (next_poll_at IS NOT NULL) AS polled,
        count(*) FILTER (
            failures >= 2
            AND failing_since > coalesce((SELECT max(last_ok_at) FROM watched), TIMESTAMPTZ 'epoch')
        ) AS failing,
        (SELECT max(last_ok_at) FROM watched) AS last_ok_at,
        min(failing_since) AS failing_since
    FROM watched
)

SELECT
    NULL AS source_id,
    NULL AS kind,
    NULL AS url,
    'all-failing' AS state,
    coalesce(last_ok_at, failing_since) AS since,
    failing AS failures,
    NULL AS cause,
    NULL AS error,
    NULL AS evidence,
    NULL AS tried,
    NULL AS advice,
    NULL AS polled_url,
    NULL AS next_poll_at
FROM all_fail
WHERE failing > 0 AND failing >= least($many, polled)
UNION ALL
SELECT
    source_id,
    kind,
    url,
    state,
    CASE state
        WHEN 'gone' THEN coalesce(gone_at, polled_at)
        WHEN 'replaced' THEN replaced_since
        WHEN 'duplicate' THEN coalesce(moved_since, replaced_since, polled_at)
        WHEN 'failing' THEN failing_since
        ELSE polled_at
    END AS since,
    failures,
    cause,
    error,
    evidence,
    tried,
    advice,
    polled_url,
    next_poll_at
FROM watched
WHERE
    state IN ('gone', 'closed', 'duplicate', 'replaced')
    OR state = 'failing' AND (failing_since <= $now - to_seconds($failing_s) OR failures >= $failures)
ORDER BY source_id NULLS FIRST;
