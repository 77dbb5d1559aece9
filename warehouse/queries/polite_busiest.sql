-- The most requests that one site got in the 24 hours up to one of them (what is older by a day to the moment counts no
-- more), and which site that was: one row.
-- Params: since (null for all)
WITH counted AS (
    SELECT
        coalesce(site, host) AS asked_site,
        started_at,
        count(*) OVER (
            PARTITION BY coalesce(site, host)
            ORDER BY started_at RANGE BETWEEN INTERVAL '86399.999999 seconds' PRECEDING AND CURRENT ROW
        ) AS in_a_day
    FROM requests
    -- What came up to a day before counts with the first ones.
    WHERE $since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ - INTERVAL 24 HOURS
)

SELECT coalesce(max(in_a_day), 0) AS most_in_a_day, arg_max(asked_site, in_a_day) AS busiest_site
FROM counted
WHERE $since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ;
