-- Params: ids
-- Sets aside who reports these developments, with what is to be said of it.
CREATE OR REPLACE TEMP TABLE told_reports AS
SELECT
    d.development_id,
    d.story_id,
    d.event_type,
    d.status,
    d.what,
    d.state,
    d.reported_at AS first_at,
    d.official_at,
    l.role,
    l.basis,
    l.article_id,
    a.reported_at,
    a.publisher,
    a.language,
    a.title,
    a.url,
    a.copy_of IS NOT NULL AS copied
FROM developments AS d
LEFT JOIN development_articles AS l ON l.development_id = d.development_id
LEFT JOIN articles AS a ON a.article_id = l.article_id
WHERE d.development_id IN (SELECT unnest($ids::VARCHAR[]));
