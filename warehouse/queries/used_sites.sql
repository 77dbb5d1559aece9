-- What was asked of each site (in rows of older programs: of each host) since then, how much of it were no polls, and
-- whether the last request was answered that there were too many.
-- Params: since, polls (purposes that count as polls)
SELECT
    coalesce(site, host) AS site,
    count(*) AS requests,
    max(started_at) AS asked_at,
    count(*) FILTER (NOT list_contains($polls::VARCHAR[], purpose)) AS pages,
    arg_max(coalesce(http_status, 0) = 429, started_at) AS too_many
FROM requests
WHERE started_at > $since
GROUP BY ALL
ORDER BY site;
