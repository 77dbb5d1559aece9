-- Developments found anew beside known ones that share articles with them, but for those that are settled.
WITH news AS (
    SELECT d.*, l.article_id AS told_by
    FROM developments AS d
    JOIN development_articles AS l ON l.development_id = d.development_id
    WHERE d.development_id NOT IN (FROM settled_developments)
),
olds AS (
    SELECT d.*, l.article_id AS told_by
    FROM before.developments AS d
    JOIN before.development_articles AS l ON l.development_id = d.development_id
    WHERE d.development_id NOT IN (FROM settled_developments)
)
SELECT
    n.development_id                                                                        AS new_id,
    o.development_id                                                                        AS old_id,
    count(*) / (any_value(n.articles) + any_value(o.articles) - count(*))                   AS shared,
    any_value(n.first_article_id = o.first_article_id AND n.sentence = o.sentence)          AS same_sentence,
    any_value(n.event_type = o.event_type)                                                  AS same_type,
    any_value(n.status = o.status AND list_sort(n.participants) = list_sort(o.participants)) AS same_parties
FROM news AS n
JOIN olds AS o ON o.told_by = n.told_by
GROUP BY n.development_id, o.development_id;
