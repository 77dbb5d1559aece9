-- The article with this id or URL, and those that are (nearly) the same text.
-- Params: typed, url
WITH found AS (
    SELECT article_id, coalesce(copy_of, article_id) AS original
    FROM articles
    WHERE article_id = $typed OR url = $typed OR url = $url
    ORDER BY article_id = $typed DESC
    LIMIT 1
)
SELECT a.article_id, a.article_id = f.article_id AS is_it
FROM articles AS a, found AS f
WHERE a.article_id = f.original OR a.copy_of = f.original;
