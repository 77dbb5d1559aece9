-- Developments with their first report, the newest first.
-- Params: story_id, event_type, entity_id, since (each null for all), most (rows at the most)
SELECT
    d.development_id,
    d.story_id,
    d.event_type,
    d.status,
    d.basis,
    d.participants,
    d.what,
    d.sentence,
    d.first_article_id,
    a.url,
    a.title AS headline,
    a.publisher,
    a.language,
    d.reported_at,
    d.detected_at,
    d.articles,
    d.origins,
    d.supersedes
FROM developments AS d
LEFT JOIN articles AS a ON a.article_id = d.first_article_id
WHERE ($story_id::VARCHAR IS NULL OR d.story_id = $story_id)
    AND ($event_type::VARCHAR IS NULL OR d.event_type = $event_type)
    AND ($entity_id::VARCHAR IS NULL OR list_contains(d.participants, $entity_id))
    AND ($since::TIMESTAMPTZ IS NULL OR d.reported_at >= $since)
ORDER BY d.reported_at DESC, d.detected_at DESC, d.development_id
LIMIT $most;
