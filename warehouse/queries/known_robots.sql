-- Params: since
-- robots.txt files that were asked for since then.
SELECT origin, checked_at, text, failing_since
FROM state.robots
WHERE checked_at > $since
ORDER BY origin;
