-- Requests without validators for addresses whose last answer had given some, the newest first. An audit may be one, once
-- in `audit_s` seconds; so may what a server is asked whose 304s were found false, or whose last answer nobody has read.
-- Params: since (null for all), audit_s, most
WITH asked AS (
    SELECT
        source_id,
        url,
        started_at,
        unconditional,
        last_value(
            CASE
                WHEN http_status = 304 THEN true
                WHEN http_status BETWEEN 200 AND 299 THEN validators
                -- An address that leads elsewhere has nothing of its own any more.
                WHEN http_status BETWEEN 300 AND 399 THEN false
            END IGNORE NULLS
        ) OVER before AS given,
        last_value(
            CASE WHEN http_status = 304 OR http_status BETWEEN 200 AND 299 THEN started_at END IGNORE NULLS
        ) OVER before AS given_at,
        last_value(
            CASE WHEN unconditional = 'audit' AND http_status BETWEEN 200 AND 299 THEN started_at END IGNORE NULLS
        ) OVER before AS audited_at,
        purpose
    FROM requests
    WHERE purpose IN ('poll', 'listing', 'audit', 'page', 'recheck')
    WINDOW before AS (
        PARTITION BY url ORDER BY started_at, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
)

SELECT source_id, url, started_at, given_at, count(*) OVER () AS found
FROM asked
WHERE
    purpose <> 'page'
    AND given
    AND (
        unconditional IN ('first', 'no-validators')
        OR unconditional = 'audit' AND audited_at > started_at - to_seconds($audit_s)
    )
    AND ($since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ)
ORDER BY started_at DESC, url
LIMIT $most;
