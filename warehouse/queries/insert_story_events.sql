-- Params: ids (of developments)
-- What happened around the developments that were set aside.
INSERT INTO state.story_events BY NAME
WITH told AS (
    SELECT * FROM told_reports WHERE article_id IS NOT NULL
),
turned AS (
    SELECT * FROM told
    WHERE official_at > first_at AND basis = 'official'
    QUALIFY row_number() OVER (
        PARTITION BY development_id
        ORDER BY reported_at IS DISTINCT FROM official_at, reported_at, article_id
    ) = 1
),
events AS (
    SELECT story_id, CASE role WHEN 'first' THEN first_at ELSE coalesce(reported_at, first_at) END AS happened_at,
           CASE role WHEN 'first' THEN 'reported' WHEN 'confirms' THEN 'confirmed' ELSE 'repeated' END AS kind,
           development_id, event_type, status, basis, what, article_id, publisher, language, title, url, copied
    FROM told
    UNION ALL
    SELECT story_id, official_at, 'official', development_id, event_type, status, basis, what, article_id, publisher,
           language, title, url, copied
    FROM turned
    UNION ALL
    SELECT d.story_id, d.withdrawn_at, 'withdrawn', d.development_id, d.event_type, d.status, NULL, d.what,
           d.withdrawn_by, a.publisher, a.language, a.title, a.url, a.copy_of IS NOT NULL
    FROM developments AS d
    LEFT JOIN articles AS a ON a.article_id = d.withdrawn_by
    WHERE d.withdrawn_at IS NOT NULL AND d.development_id IN (SELECT unnest($ids::VARCHAR[]))
)
SELECT * FROM events ORDER BY happened_at;
