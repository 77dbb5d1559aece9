-- Params: ids
DELETE FROM state.judged WHERE article_id IN (SELECT unnest($ids));
