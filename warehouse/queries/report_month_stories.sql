-- Stories that began in months (as 2024-03), in the order of their beginning.
-- Params: months
SELECT strftime(first_at, '%Y-%m') AS month, story_id, title, first_at, last_at, articles, copies
FROM stories
WHERE strftime(first_at, '%Y-%m') IN (SELECT unnest($months::VARCHAR[]))
ORDER BY first_at, story_id;
