-- Params: now
-- Hosts that asked to be left alone beyond now.
SELECT host, until, cause
FROM state.hosts
WHERE until > $now
ORDER BY host;
