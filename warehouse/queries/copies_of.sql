-- Params: ids
-- The copies of these articles.
SELECT article_id FROM articles WHERE copy_of IN (SELECT unnest($ids));
