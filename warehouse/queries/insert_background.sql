-- Params: ids (of articles)
-- Those that report no development.
INSERT INTO state.story_events BY NAME
SELECT a.story_id, a.reported_at AS happened_at, 'background' AS kind, a.article_id, a.publisher, a.language, a.title, a.url,
       a.copy_of IS NOT NULL AS copied
FROM articles AS a
ANTI JOIN development_articles AS l ON l.article_id = a.article_id
WHERE a.story_id IS NOT NULL AND a.article_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY happened_at;
