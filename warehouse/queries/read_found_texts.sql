-- Titles and texts of the articles of a list, read as in read_found.
-- Params: ids, times
WITH found AS (
    SELECT rowid AS place, article_id
    FROM articles
    WHERE reported_at IN (SELECT unnest($times::TIMESTAMPTZ[]))
)
SELECT article_id, title, text
FROM articles
WHERE rowid IN (SELECT place FROM found WHERE list_contains($ids::VARCHAR[], article_id));
