-- Stories by their ids.
-- Params: ids
SELECT story_id, title, first_at, last_at, articles, copies, publishers, languages
FROM stories
WHERE story_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY last_at DESC, story_id;
