-- Independent origins of the developments whose alerts are held, or failed untried because their rule was gone.
SELECT DISTINCT d.development_id, d.origins
FROM developments AS d
JOIN alerts AS a ON a.development_id = d.development_id
WHERE a.state = 'held' OR (a.state = 'failed' AND a.attempts = 0);
