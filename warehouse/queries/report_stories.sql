-- The stories last reported on, the newest first, and how many there are in all.
-- Params: most
SELECT story_id, title, first_at, last_at, articles, copies, publishers, languages, count(*) OVER () AS total
FROM stories
ORDER BY last_at DESC, story_id
LIMIT $most;
