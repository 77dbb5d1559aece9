-- Params: ids (of developments)
DELETE FROM state.story_events WHERE development_id IN (SELECT unnest($ids));
