-- Keeps who reports a development, and how, as it is before a batch changes it.
-- Params: kinds (not used), keys (developments), articles, untils, positions (from 1), base (added to them)
INSERT INTO state.past_links BY NAME
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
    l.development_id,
    l.article_id,
    l.role,
    l.basis
FROM development_articles AS l
JOIN touched AS t ON t.key = l.development_id AND t.other = l.article_id
ORDER BY position;
