-- Params: story_id, successor_id
UPDATE articles SET story_id = $successor_id WHERE story_id = $story_id;
