-- Params: ids
-- Articles that turned out to be copies. Returns their days.
UPDATE state.mentioned SET copied = true WHERE article_id IN (SELECT unnest($ids)) AND NOT copied RETURNING day;
