-- Developments of a period, the newest first, with the title of their story, and how many there are in all.
-- Params: since, most
SELECT d.development_id, s.title AS story, count(*) OVER () AS total
FROM developments AS d
LEFT JOIN stories AS s ON s.story_id = d.story_id
WHERE d.reported_at >= $since
ORDER BY d.reported_at DESC, d.development_id
LIMIT $most;
