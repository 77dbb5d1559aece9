-- The newest developments of each of the stories, in order of time, and how many a story has.
-- Params: ids, most (a story)
SELECT d.story_id, s.title AS story, d.development_id, count(*) OVER (PARTITION BY d.story_id) AS total
FROM developments AS d
JOIN stories AS s ON s.story_id = d.story_id
WHERE list_contains($ids, d.story_id)
QUALIFY row_number() OVER (PARTITION BY d.story_id ORDER BY d.reported_at DESC, d.development_id) <= $most
ORDER BY d.story_id, d.reported_at, d.development_id;
