-- The stories last reported on, the newest first, and how many there are in all.
-- Params: most
SELECT
    s.story_id, s.title, t.language AS title_language, s.first_at, s.last_at, s.articles, s.copies, s.publishers,
    s.languages, count(*) OVER () AS total
FROM stories AS s
LEFT JOIN articles AS t ON t.article_id = s.title_article_id
ORDER BY s.last_at DESC, s.story_id
LIMIT $most;
