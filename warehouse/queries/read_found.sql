-- The articles of a list.
-- Params: article_ids
SELECT article_id, url, title, publisher, language, reported_at, story_id, copy_of, text
FROM articles
WHERE list_contains($article_ids::VARCHAR[], article_id);
