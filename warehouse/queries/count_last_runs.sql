-- Runs of the day before the newest one, and when that day begins; null where there was none.
SELECT count(*) AS runs, max(newest) - INTERVAL 1 DAY AS since
FROM (SELECT started_at, max(started_at) OVER () AS newest FROM runs)
WHERE started_at > newest - INTERVAL 1 DAY;
