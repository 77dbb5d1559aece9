-- Params: ids
DELETE FROM stories WHERE story_id IN (SELECT unnest($ids));
