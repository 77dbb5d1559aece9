-- Developments of a period, the newest first, with the title of their story and its language, and how many in all.
-- Params: since, most
SELECT d.development_id, s.title AS story, t.language AS story_language, count(*) OVER () AS total
FROM developments AS d
LEFT JOIN stories AS s ON s.story_id = d.story_id
LEFT JOIN articles AS t ON t.article_id = s.title_article_id
WHERE d.reported_at >= $since
ORDER BY d.reported_at DESC, d.development_id
LIMIT $most;
