-- The titles of the stories that articles belong to and of the originals that they are copies of.
-- Params: ids
SELECT a.article_id, s.title AS story_title, o.title AS original_title, o.url AS original_url
FROM articles AS a
LEFT JOIN stories AS s ON s.story_id = a.story_id
LEFT JOIN articles AS o ON o.article_id = a.copy_of
WHERE a.article_id IN (SELECT unnest($ids));
