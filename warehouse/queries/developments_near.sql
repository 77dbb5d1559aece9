-- Params: articles (ids), since
-- The developments that the relevant ones of these articles report, and those of their stories since a time.
WITH near AS MATERIALIZED (
    SELECT r.article_id, a.story_id
    FROM state.reports AS r
    JOIN articles AS a ON a.article_id = r.article_id
    WHERE r.article_id IN (SELECT unnest($articles)) AND r.revision IS NOT NULL
)
SELECT development_id, story_id, event_type, status, basis, participants, what, sentence, first_article_id,
       reported_at, detected_at, articles, origins, supersedes, copies, state, confirmed_at, official_at,
       contradicts, withdrawn_at, withdrawn_by
FROM developments
WHERE development_id IN (SELECT l.development_id FROM development_articles AS l JOIN near USING (article_id))
    OR (story_id IN (SELECT story_id FROM near) AND reported_at >= $since)
ORDER BY detected_at, development_id;
