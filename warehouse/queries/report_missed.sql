-- Days that were missed of each source, of the last days up to the newest one; sources without any have no row.
-- Params: days (how many)
SELECT source_id, count(*) AS missed, max(day) AS newest
FROM covered_days
WHERE state = 'missed' AND day > (SELECT max(day) FROM covered_days) - $days::INTEGER
GROUP BY source_id
ORDER BY source_id;
