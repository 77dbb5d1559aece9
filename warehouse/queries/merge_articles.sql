-- Params: pairs (lists of a merged story_id and the one it ends in)
UPDATE articles SET story_id = merged.pair[2]
FROM (SELECT unnest($pairs) AS pair) AS merged
WHERE articles.story_id = merged.pair[1];
