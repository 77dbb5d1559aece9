-- Stories by their ids.
-- Params: ids
SELECT
    s.story_id, s.title, t.language AS title_language, s.first_at, s.last_at, s.articles, s.copies, s.publishers,
    s.languages
FROM stories AS s
LEFT JOIN articles AS t ON t.article_id = s.title_article_id
WHERE s.story_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY s.last_at DESC, s.story_id;
