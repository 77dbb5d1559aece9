-- Params: most
-- Judged articles that are not in the index yet, in the order they were judged in.
SELECT r.position, r.article_id, a.revision, a.publisher, a.language, a.title, a.lead, r.reported_at, r.detected_at,
       a.words, a.copy_of, a.story_id
FROM state.reports AS r
JOIN articles AS a ON a.article_id = r.article_id
WHERE r.revision IS NULL
ORDER BY r.position
LIMIT $most;
