-- Keeps articles as they are before a batch changes them: the article itself, the copies of an original that becomes a
-- copy, or the articles of a story that is merged into another.
-- Params: kinds (article, original, gone), keys, articles (not used), untils, positions (from 1), base (added to them)
INSERT INTO state.past_articles BY NAME
WITH touched AS (
    SELECT
        unnest($kinds::VARCHAR[])       AS kind,
        unnest($keys::VARCHAR[])        AS key,
        unnest($articles::VARCHAR[])    AS other,
        unnest($untils::TIMESTAMPTZ[])  AS until,
        unnest($positions::BIGINT[])    AS position
),
changed AS (
    SELECT key AS article_id, until, position FROM touched WHERE kind = 'article'
    UNION ALL
    SELECT a.article_id, t.until, t.position FROM articles AS a JOIN touched AS t ON t.key = a.copy_of AND t.kind = 'original'
    UNION ALL
    SELECT a.article_id, t.until, t.position
    FROM articles AS a
    JOIN touched AS t ON t.key = a.story_id AND t.kind = 'gone'
),
changes AS (
    SELECT article_id, arg_min(until, position) AS until, min(position) AS position FROM changed GROUP BY article_id
)
SELECT
    c.position + $base::BIGINT AS position,
    c.until,
    a.article_id,
    a.revision,
    a.publisher,
    a.language,
    a.lead,
    a.authors,
    a.published_at,
    a.published_from,
    a.date_clamped,
    a.words,
    a.relevant,
    a.likeness,
    a.copy_of,
    a.story_id,
    a.text_from,
    a.pubstatus,
    a.ednote
FROM articles AS a
JOIN changes AS c ON c.article_id = a.article_id
ORDER BY c.position, a.article_id;
