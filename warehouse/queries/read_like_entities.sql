-- In how many originals each entity is mentioned, its name, and how many originals there are.
SELECT
    e.entity_id,
    e.name,
    count(DISTINCT m.article_id)                                AS holders,
    (SELECT count(*) FROM articles WHERE copy_of IS NULL)       AS articles
FROM entities AS e
LEFT JOIN mentions AS m ON m.entity_id = e.entity_id
GROUP BY e.entity_id, e.name;
