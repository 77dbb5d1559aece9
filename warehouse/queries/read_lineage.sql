-- What became of a story and what it came from, in order of time, with the title of the other one if it is there.
-- Params: story_id
SELECT l.story_id, l.successor_id, l.change, l.changed_at, s.title
FROM story_lineage AS l
LEFT JOIN stories AS s ON s.story_id = CASE l.story_id WHEN $story_id THEN l.successor_id ELSE l.story_id END
WHERE l.story_id = $story_id OR l.successor_id = $story_id
ORDER BY l.changed_at, l.story_id, l.successor_id;
