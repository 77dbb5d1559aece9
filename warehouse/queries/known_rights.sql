-- Params: since
-- Files about rights that were asked for since then.
SELECT origin, kind, checked_at, text
FROM state.rights
WHERE checked_at > $since
ORDER BY origin, kind;
