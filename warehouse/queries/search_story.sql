-- The articles of a story.
-- Params: story_id
SELECT article_id FROM articles WHERE story_id = $story_id;
