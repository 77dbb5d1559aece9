-- Ids that begin with what was typed: of stories, and of those that were merged into others.
-- Params: typed
SELECT story_id FROM stories WHERE starts_with(story_id, $typed)
UNION
SELECT story_id FROM story_lineage WHERE starts_with(story_id, $typed) AND change = 'merged'
ORDER BY story_id
LIMIT 6;
