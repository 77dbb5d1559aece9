-- Keeps stories as they are before a batch changes them.
-- Params: kinds, articles (not used), keys, untils, positions (from 1), base (added to them)
INSERT INTO state.past_stories BY NAME
WITH touched AS (
    SELECT
        unnest($kinds::VARCHAR[])       AS kind,
        unnest($keys::VARCHAR[])        AS key,
        unnest($articles::VARCHAR[])    AS other,
        unnest($untils::TIMESTAMPTZ[])  AS until,
        unnest($positions::BIGINT[])    AS position
)
SELECT
    t.position + $base::BIGINT AS position,
    t.until,
    s.story_id,
    s.title,
    s.title_article_id,
    s.first_at,
    s.last_at
FROM stories AS s
JOIN touched AS t ON t.key = s.story_id AND t.kind = 'story'
ORDER BY position;
