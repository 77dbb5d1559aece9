-- Troubles that last, the oldest first.
SELECT name, subject, since, seen_at, ended_at, grave, title, says, advice
FROM troubles
WHERE ended_at IS NULL
ORDER BY since, trouble_id;
