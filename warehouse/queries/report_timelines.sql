-- The newest developments of each of the stories, in order of time.
-- Params: ids, most (a story)
SELECT story_id, development_id, what, event_type, status, basis, reported_at
FROM developments
WHERE list_contains($ids::VARCHAR[], story_id)
QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY reported_at DESC, development_id) <= $most
ORDER BY story_id, reported_at, development_id;
