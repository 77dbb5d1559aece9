-- A row where state.story_events does not say what developments and articles say.
WITH told AS (
    SELECT
        d.story_id, d.development_id, d.event_type, d.status, d.what, d.reported_at AS first_at, d.official_at, l.role, l.basis,
        l.article_id, a.reported_at, a.publisher, a.language, a.title, a.url, a.copy_of IS NOT NULL AS copied
    FROM developments AS d
    JOIN development_articles AS l ON l.development_id = d.development_id
    LEFT JOIN articles AS a ON a.article_id = l.article_id
),
turned AS (
    SELECT * FROM told
    WHERE official_at > first_at AND basis = 'official'
    QUALIFY row_number() OVER (
        PARTITION BY development_id
        ORDER BY reported_at IS DISTINCT FROM official_at, reported_at, article_id
    ) = 1
),
made AS (
    SELECT
        story_id,
        CASE role WHEN 'first' THEN first_at ELSE coalesce(reported_at, first_at) END                   AS happened_at,
        CASE role WHEN 'first' THEN 'reported' WHEN 'confirms' THEN 'confirmed' ELSE 'repeated' END     AS kind,
        development_id, event_type, status, basis, what, article_id, publisher, language, title, url, copied
    FROM told
    UNION ALL
    SELECT
        story_id, official_at, 'official',
        development_id, event_type, status, basis, what, article_id, publisher, language, title, url, copied
    FROM turned
    UNION ALL
    SELECT
        d.story_id, d.withdrawn_at, 'withdrawn',
        d.development_id, d.event_type, d.status, NULL, d.what, d.withdrawn_by, a.publisher, a.language, a.title, a.url,
        a.copy_of IS NOT NULL
    FROM developments AS d
    LEFT JOIN articles AS a ON a.article_id = d.withdrawn_by
    WHERE d.withdrawn_at IS NOT NULL
    UNION ALL
    SELECT
        a.story_id, a.reported_at, 'background',
        NULL, NULL, NULL, NULL, NULL, a.article_id, a.publisher, a.language, a.title, a.url, a.copy_of IS NOT NULL
    FROM articles AS a
    ANTI JOIN development_articles AS l ON l.article_id = a.article_id
    WHERE a.story_id IS NOT NULL
),
kept AS (
    SELECT
        story_id, happened_at, kind,
        development_id, event_type, status, basis, what, article_id, publisher, language, title, url, copied
    FROM state.story_events
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
