-- Developments first reported in months (as 2024-03), the newest first, with their stories and first reports.
-- Params: months
SELECT
    strftime(d.reported_at, '%Y-%m') AS month, d.development_id, d.story_id, s.title AS story,
    t.language AS story_language, d.event_type, d.status, d.basis, d.what, d.sentence, d.reported_at, d.origins,
    d.state, a.publisher, a.url, a.language
FROM developments AS d
LEFT JOIN stories AS s ON s.story_id = d.story_id
LEFT JOIN articles AS t ON t.article_id = s.title_article_id
LEFT JOIN articles AS a ON a.article_id = d.first_article_id
WHERE strftime(d.reported_at, '%Y-%m') IN (SELECT unnest($months::VARCHAR[]))
ORDER BY d.reported_at DESC, d.development_id;
