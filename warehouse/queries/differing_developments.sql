-- Developments that differ.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (FROM developments),
olds AS (FROM before.developments)
SELECT
    CASE WHEN o.development_id IS NULL THEN 'added' WHEN n.development_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.development_id, o.development_id) AS key,
    coalesce(n.first_article_id, o.first_article_id) AS article_id,
    CASE WHEN o.development_id IS NOT NULL THEN
        concat(o.what, ', ', o.status, ', ', o.basis)
    END AS before,
    CASE WHEN n.development_id IS NOT NULL THEN
        concat(n.what, ', ', n.status, ', ', n.basis)
    END AS after,
    CASE WHEN o.development_id IS NULL OR n.development_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.story_id IS DISTINCT FROM o.story_id THEN 'story_id' END,
        CASE WHEN n.event_type IS DISTINCT FROM o.event_type THEN 'event_type' END,
        CASE WHEN n.status IS DISTINCT FROM o.status THEN 'status' END,
        CASE WHEN n.basis IS DISTINCT FROM o.basis THEN 'basis' END,
        CASE WHEN n.participants IS DISTINCT FROM o.participants THEN 'participants' END,
        CASE WHEN n.what IS DISTINCT FROM o.what THEN 'what' END,
        CASE WHEN n.sentence IS DISTINCT FROM o.sentence THEN 'sentence' END,
        CASE WHEN n.first_article_id IS DISTINCT FROM o.first_article_id THEN 'first_article_id' END,
        CASE WHEN n.reported_at IS DISTINCT FROM o.reported_at THEN 'reported_at' END,
        CASE WHEN n.detected_at IS DISTINCT FROM o.detected_at THEN 'detected_at' END,
        CASE WHEN n.articles IS DISTINCT FROM o.articles THEN 'articles' END,
        CASE WHEN n.origins IS DISTINCT FROM o.origins THEN 'origins' END,
        CASE WHEN n.supersedes IS DISTINCT FROM o.supersedes THEN 'supersedes' END,
        CASE WHEN n.copies IS DISTINCT FROM o.copies THEN 'copies' END,
        CASE WHEN n.state IS DISTINCT FROM o.state THEN 'state' END,
        CASE WHEN n.confirmed_at IS DISTINCT FROM o.confirmed_at THEN 'confirmed_at' END,
        CASE WHEN n.official_at IS DISTINCT FROM o.official_at THEN 'official_at' END,
        CASE WHEN n.contradicts IS DISTINCT FROM o.contradicts THEN 'contradicts' END,
        CASE WHEN n.withdrawn_at IS DISTINCT FROM o.withdrawn_at THEN 'withdrawn_at' END,
        CASE WHEN n.withdrawn_by IS DISTINCT FROM o.withdrawn_by THEN 'withdrawn_by' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.development_id = o.development_id
WHERE
    n.development_id IS NULL OR o.development_id IS NULL
    OR (
        n.story_id, n.event_type, n.status, n.basis, n.participants, n.what, n.sentence, n.first_article_id,
        n.reported_at, n.detected_at, n.articles, n.origins, n.supersedes, n.copies, n.state, n.confirmed_at,
        n.official_at, n.contradicts, n.withdrawn_at, n.withdrawn_by
    ) IS DISTINCT FROM (
        o.story_id, o.event_type, o.status, o.basis, o.participants, o.what, o.sentence, o.first_article_id,
        o.reported_at, o.detected_at, o.articles, o.origins, o.supersedes, o.copies, o.state, o.confirmed_at,
        o.official_at, o.contradicts, o.withdrawn_at, o.withdrawn_by
    );
