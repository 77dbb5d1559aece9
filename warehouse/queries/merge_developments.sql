-- Params: story_id, successor_id
UPDATE developments SET story_id = $successor_id WHERE story_id = $story_id;
