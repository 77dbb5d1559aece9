-- How much was asked, and how it was spaced: one row.
-- Params: since (null for all), spacing_s (seconds that should lie between two requests to one site)
SELECT
    count(*) AS requests,
    count(*) FILTER (purpose IN ('poll', 'audit', 'listing') AND http_status IS NOT NULL) AS listings_answered,
    count(*) FILTER (purpose IN ('poll', 'audit', 'listing') AND http_status = 304) AS listings_unchanged,
    count(*) FILTER (purpose = 'recheck' AND http_status IS NOT NULL) AS pages_answered,
    count(*) FILTER (purpose = 'recheck' AND http_status = 304) AS pages_unchanged,
    coalesce(sum(bytes), 0)::BIGINT AS bytes,
    coalesce(max(open_at_host), 0) AS most_connections,
    min(gap_s) AS shortest_gap_s,
    count(*) FILTER (gap_s < $spacing_s) AS under_spacing,
    (SELECT count(*) FROM polls WHERE $since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ) AS polls
FROM requests
WHERE $since::TIMESTAMPTZ IS NULL OR started_at >= $since::TIMESTAMPTZ;
