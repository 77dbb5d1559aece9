-- What is shown of the originals among some articles: their story, and how many copies they have. Read as in read_found,
-- and copies left out only then: with a filter on the table itself all of its rows are read, which takes ten times as
-- long.
-- Params: ids, times
WITH found AS (
    SELECT rowid AS place, article_id
    FROM articles
    WHERE reported_at IN (SELECT unnest($times::TIMESTAMPTZ[]))
),
shown AS MATERIALIZED (
    SELECT article_id, url, title, publisher, language, reported_at, story_id, copy_of
    FROM articles
    WHERE rowid IN (SELECT place FROM found WHERE list_contains($ids::VARCHAR[], article_id))
),
told AS MATERIALIZED (
    SELECT story_id, title
    FROM stories
    WHERE rowid IN (SELECT rowid FROM stories WHERE story_id IN (SELECT story_id FROM shown))
),
copied AS MATERIALIZED (
    SELECT copy_of, count(*) AS copies
    FROM articles
    WHERE copy_of IN (SELECT unnest($ids::VARCHAR[]))
    GROUP BY copy_of
)
SELECT a.* EXCLUDE (copy_of), t.title AS story_title, coalesce(c.copies, 0) AS copies
FROM shown AS a
LEFT JOIN told AS t ON t.story_id = a.story_id
LEFT JOIN copied AS c ON c.copy_of = a.article_id
WHERE a.copy_of IS NULL;
