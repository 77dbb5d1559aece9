-- Params: ids
SELECT story_id, title, first_at, last_at, title_article_id FROM stories WHERE story_id IN (SELECT unnest($ids)) ORDER BY story_id;
