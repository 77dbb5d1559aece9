-- Stories that began in months (as 2024-03), in the order of their beginning.
-- Params: months
SELECT
    strftime(s.first_at, '%Y-%m') AS month, s.story_id, s.title, t.language AS title_language, s.first_at, s.last_at,
    s.articles, s.copies
FROM stories AS s
LEFT JOIN articles AS t ON t.article_id = s.title_article_id
WHERE strftime(s.first_at, '%Y-%m') IN (SELECT unnest($months::VARCHAR[]))
ORDER BY s.first_at, s.story_id;
