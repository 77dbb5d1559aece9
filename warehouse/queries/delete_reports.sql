-- Params: ids
DELETE FROM state.reports WHERE article_id IN (SELECT unnest($ids));
