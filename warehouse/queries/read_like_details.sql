-- What is shown of articles: their story, and how many copies they have.
-- Params: ids
SELECT
    a.article_id, a.url, a.title, a.publisher, a.language, a.reported_at, a.story_id, s.title AS story_title,
    (SELECT count(*) FROM articles AS c WHERE c.copy_of = a.article_id) AS copies
FROM articles AS a
LEFT JOIN stories AS s ON s.story_id = a.story_id
WHERE list_contains($ids::VARCHAR[], a.article_id);
