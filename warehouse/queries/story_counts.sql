-- Params: ids
-- What the articles of these stories say of them.
SELECT story_id, count(*) AS articles, count(copy_of) AS copies, count(DISTINCT publisher) AS publishers,
       coalesce(list_sort(list(DISTINCT language) FILTER (language IS NOT NULL)), []) AS languages
FROM articles WHERE story_id IN (SELECT unnest($ids))
GROUP BY story_id;
