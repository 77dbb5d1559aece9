-- Ids of stories that were merged, with the story that they belong to since; one that is a story again is left out.
SELECT l.story_id, l.successor_id
FROM story_lineage AS l
WHERE l.change = 'merged' AND NOT EXISTS (SELECT 1 FROM stories AS s WHERE s.story_id = l.story_id)
ORDER BY l.changed_at, l.story_id;
