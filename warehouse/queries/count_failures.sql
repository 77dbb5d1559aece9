-- Sources that fail, those that have failed most often first; a monitor needs no more of them.
SELECT source_id, failures
FROM sources
WHERE failures > 0 AND state <> 'removed'
ORDER BY failures DESC, source_id
LIMIT 500;
