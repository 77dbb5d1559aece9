-- The newest developments of each of the stories with their first report, in order of time, and how many a story has.
-- Params: ids, most (a story)
SELECT
    d.story_id, d.what, d.sentence, d.event_type, d.status, d.basis, d.reported_at,
    a.article_id, a.url, a.title AS headline, a.publisher, a.language, count(*) OVER (PARTITION BY d.story_id) AS total
FROM developments AS d
LEFT JOIN articles AS a ON a.article_id = d.first_article_id
WHERE list_contains($ids::VARCHAR[], d.story_id)
QUALIFY row_number() OVER (PARTITION BY d.story_id ORDER BY d.reported_at DESC, d.development_id) <= $most
ORDER BY d.story_id, d.reported_at, d.development_id;
