-- Ids of stories that begin with what was typed.
-- Params: typed
SELECT story_id FROM stories WHERE starts_with(story_id, $typed) ORDER BY story_id LIMIT 6;
