-- Rows where state.reporters does not say what developments and articles say: of publishers, of their articles.
WITH told AS (
    SELECT
        d.development_id,
        CAST(date_trunc('week', d.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        d.event_type,
        d.status,
        d.reported_at                                                       AS first_at,
        a.publisher,
        l.role,
        l.article_id,
        a.reported_at,
        a.copy_of IS NOT NULL                                               AS copied
    FROM developments AS d
    LEFT JOIN development_articles AS l ON l.development_id = d.development_id
    LEFT JOIN articles AS a ON a.article_id = l.article_id
    WHERE d.state = 'standing'
),
made AS (
    SELECT
        development_id,
        week,
        event_type,
        status,
        publisher,
        coalesce(bool_or(role = 'first'), false)                AS was_first,
        bool_and(copied)                                        AS by_copy,
        (epoch(min(reported_at)) - epoch(first_at)) / 3600      AS lag_hours
    FROM told
    GROUP BY development_id, week, event_type, status, first_at, publisher
),
kept AS (
    SELECT development_id, week, event_type, status, publisher, was_first, by_copy, lag_hours FROM state.reporters
),
reports AS (
    SELECT DISTINCT development_id, publisher, article_id, copied FROM told WHERE article_id IS NOT NULL
),
kept_reports AS (
    SELECT development_id, publisher, article_id, list_contains(copies, article_id) AS copied
    FROM (SELECT development_id, publisher, copies, unnest(articles) AS article_id FROM state.reporters)
)
(
    SELECT 'publishers' AS what, count(*), sum(hash(made)) FROM made
    UNION ALL
    SELECT 'articles', count(*), sum(hash(reports)) FROM reports
)
EXCEPT
(
    SELECT 'publishers', count(*), sum(hash(kept)) FROM kept
    UNION ALL
    SELECT 'articles', count(*), sum(hash(kept_reports)) FROM kept_reports
);
