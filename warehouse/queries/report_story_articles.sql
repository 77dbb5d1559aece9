-- The newest articles of stories that are no copies, in the order of their reporting, and how many there are.
-- Params: ids, most (a story)
SELECT
    story_id, article_id, url, title, publisher, language, reported_at, count(*) OVER (PARTITION BY story_id) AS total
FROM articles
WHERE story_id IN (SELECT unnest($ids::VARCHAR[])) AND copy_of IS NULL
QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY reported_at DESC, article_id) <= $most
ORDER BY story_id, reported_at, article_id;
