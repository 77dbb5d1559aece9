-- Params: ids (of articles)
DELETE FROM state.story_events WHERE kind = 'background' AND article_id IN (SELECT unnest($ids));
