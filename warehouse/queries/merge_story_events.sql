-- Params: story_id, successor_id
UPDATE state.story_events SET story_id = $successor_id WHERE story_id = $story_id;
