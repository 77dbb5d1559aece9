-- Articles that are copies of another article than before, or of none, or were of none.
CREATE OR REPLACE TEMP VIEW difference AS
SELECT
    CASE WHEN o.copy_of IS NULL THEN 'added' WHEN n.copy_of IS NULL THEN 'gone' ELSE 'changed' END AS change,
    n.article_id AS key,
    n.article_id,
    (SELECT any_value('copy of ' || title) FROM before.articles WHERE article_id = o.copy_of) AS before,
    (SELECT any_value('copy of ' || title) FROM articles WHERE article_id = n.copy_of) AS after,
    CASE WHEN o.copy_of IS NOT NULL AND n.copy_of IS NOT NULL THEN ['copy_of'] ELSE [] END AS columns
FROM articles AS n
JOIN before.articles AS o ON o.article_id = n.article_id
WHERE n.copy_of IS DISTINCT FROM o.copy_of;
