-- The publishers that report most developments: how many of them first, and how long after the first the others.
-- Params: most
SELECT publisher, developments, first, median_lag_hours
FROM first_reports
ORDER BY developments DESC, first DESC, publisher
LIMIT $most;
