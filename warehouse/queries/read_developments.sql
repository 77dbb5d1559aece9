-- Developments with their first report, the newest first.
-- Params: ids, story_id, event_type, entity_id, since (each null for all), standing (true leaves out the withdrawn),
-- most (rows at the most)
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
    d.copies,
    d.origins,
    d.state,
    d.confirmed_at,
    d.official_at,
    d.supersedes,
    d.contradicts,
    d.withdrawn_at,
    d.withdrawn_by
FROM developments AS d
LEFT JOIN articles AS a ON a.article_id = d.first_article_id
WHERE ($ids::VARCHAR[] IS NULL OR d.development_id IN (SELECT unnest($ids::VARCHAR[])))
    AND ($story_id::VARCHAR IS NULL OR d.story_id = $story_id)
    AND ($event_type::VARCHAR IS NULL OR d.event_type = $event_type)
    AND ($entity_id::VARCHAR IS NULL OR list_contains(d.participants, $entity_id))
    AND ($since::TIMESTAMPTZ IS NULL OR d.reported_at >= $since)
    AND (NOT $standing::BOOLEAN OR d.state = 'standing')
ORDER BY d.reported_at DESC, d.detected_at DESC, d.development_id
LIMIT $most;
