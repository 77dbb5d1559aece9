-- All articles of a story in the order of their reporting, with what each brought.
-- Params: story_id
SELECT
    a.article_id,
    a.url,
    a.title,
    a.publisher,
    a.language,
    a.reported_at,
    a.copy_of,
    coalesce(
        (
            SELECT list(l.development_id || ' ' || l.role ORDER BY l.development_id)
            FROM development_articles AS l
            WHERE l.article_id = a.article_id
        ),
        []
    ) AS brings
FROM articles AS a
WHERE a.story_id = $story_id
ORDER BY a.reported_at, a.first_seen_at, a.article_id;
