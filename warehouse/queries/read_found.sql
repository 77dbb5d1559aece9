-- What is shown of the articles of a list, but for what the index keeps: a column more costs a block for each of them. By
-- their time first and by rowid, so that of all others no more than the time is read: an id takes ten times as long to
-- compare.
-- Params: ids, times
WITH found AS (
    SELECT rowid AS place, article_id
    FROM articles
    WHERE reported_at IN (SELECT unnest($times::TIMESTAMPTZ[]))
)
SELECT article_id, url, publisher, language, reported_at, story_id, copy_of
FROM articles
WHERE rowid IN (SELECT place FROM found WHERE list_contains($ids::VARCHAR[], article_id));
