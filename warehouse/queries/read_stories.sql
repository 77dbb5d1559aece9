-- Stories, the one with the newest article first.
-- Params: story_id (null for all), most (rows at the most)
SELECT
    s.story_id,
    s.title,
    s.first_at,
    s.last_at,
    s.articles,
    s.copies,
    s.publishers,
    s.languages,
    (SELECT count(*) FROM developments AS d WHERE d.story_id = s.story_id) AS developments,
    (SELECT count(*) FROM developments AS d WHERE d.story_id = s.story_id AND d.state = 'withdrawn') AS withdrawn
FROM stories AS s
WHERE $story_id::VARCHAR IS NULL OR s.story_id = $story_id
ORDER BY s.last_at DESC, s.story_id
LIMIT $most;
