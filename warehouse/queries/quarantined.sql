-- Bytes that are not given to a worker any more.
-- Params: kills (how many workers they must have ended)
SELECT key FROM state.kills WHERE kills >= $kills ORDER BY key;
