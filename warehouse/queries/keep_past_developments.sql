-- Keeps developments as they are before a batch changes them: the development itself, or those of a story that is merged
-- into another.
-- Params: kinds (development, gone), keys, articles (not used), untils, positions (from 1), base (added to them)
INSERT INTO state.past_developments BY NAME
WITH touched AS (
    SELECT
        unnest($kinds::VARCHAR[])       AS kind,
        unnest($keys::VARCHAR[])        AS key,
        unnest($articles::VARCHAR[])    AS other,
        unnest($untils::TIMESTAMPTZ[])  AS until,
        unnest($positions::BIGINT[])    AS position
),
changed AS (
    SELECT key AS development_id, until, position FROM touched WHERE kind = 'development'
    UNION ALL
    SELECT d.development_id, t.until, t.position
    FROM developments AS d
    JOIN touched AS t ON t.key = d.story_id AND t.kind = 'gone'
),
changes AS (
    SELECT development_id, arg_min(until, position) AS until, min(position) AS position
    FROM changed
    GROUP BY development_id
)
SELECT
    c.position + $base::BIGINT AS position,
    c.until,
    d.development_id,
    d.story_id,
    d.first_article_id,
    d.reported_at,
    d.sentence,
    d.articles,
    d.copies,
    d.origins,
    d.state,
    d.confirmed_at,
    d.official_at,
    d.withdrawn_at,
    d.withdrawn_by
FROM developments AS d
JOIN changes AS c ON c.development_id = d.development_id
ORDER BY c.position, d.development_id;
