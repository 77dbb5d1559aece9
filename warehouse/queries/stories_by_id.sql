-- Params: since
SELECT story_id, title, first_at, last_at FROM stories WHERE last_at >= $since ORDER BY first_at, story_id;
