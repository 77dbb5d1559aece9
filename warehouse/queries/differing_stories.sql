-- Stories that differ.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (FROM stories),
olds AS (FROM before.stories)
SELECT
    CASE WHEN o.story_id IS NULL THEN 'added' WHEN n.story_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.story_id, o.story_id) AS key,
    NULL::VARCHAR AS article_id,
    CASE WHEN o.story_id IS NOT NULL THEN
        concat(o.title, ' (', o.articles, ' articles)')
    END AS before,
    CASE WHEN n.story_id IS NOT NULL THEN
        concat(n.title, ' (', n.articles, ' articles)')
    END AS after,
    CASE WHEN o.story_id IS NULL OR n.story_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.title IS DISTINCT FROM o.title THEN 'title' END,
        CASE WHEN n.first_at IS DISTINCT FROM o.first_at THEN 'first_at' END,
        CASE WHEN n.last_at IS DISTINCT FROM o.last_at THEN 'last_at' END,
        CASE WHEN n.articles IS DISTINCT FROM o.articles THEN 'articles' END,
        CASE WHEN n.publishers IS DISTINCT FROM o.publishers THEN 'publishers' END,
        CASE WHEN n.languages IS DISTINCT FROM o.languages THEN 'languages' END,
        CASE WHEN n.copies IS DISTINCT FROM o.copies THEN 'copies' END,
        CASE WHEN n.title_article_id IS DISTINCT FROM o.title_article_id THEN 'title_article_id' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.story_id = o.story_id
WHERE
    n.story_id IS NULL OR o.story_id IS NULL
    OR (
        n.title, n.first_at, n.last_at, n.articles, n.publishers, n.languages, n.copies, n.title_article_id
    ) IS DISTINCT FROM (
        o.title, o.first_at, o.last_at, o.articles, o.publishers, o.languages, o.copies, o.title_article_id
    );
