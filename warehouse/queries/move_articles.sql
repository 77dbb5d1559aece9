-- Params: pairs (lists of article_id and story_id)
UPDATE articles SET story_id = moved.pair[2]
FROM (SELECT unnest($pairs) AS pair) AS moved
WHERE articles.article_id = moved.pair[1] AND articles.story_id IS NOT NULL;
