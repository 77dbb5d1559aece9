-- Drops the chosen polls.
DELETE FROM polls
WHERE (source_id, started_at) IN (SELECT (source_id, started_at) FROM dropped_polls);
