-- Params: ids
-- Returns the days of what went.
DELETE FROM state.mentioned WHERE article_id IN (SELECT unnest($ids)) RETURNING day;
