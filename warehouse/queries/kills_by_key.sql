-- Params: keys
-- What is known of bytes that ended workers.
SELECT key, kills FROM state.kills WHERE key IN (SELECT unnest($keys));
