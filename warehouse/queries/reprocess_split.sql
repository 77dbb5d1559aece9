-- Params: now
-- Stories that are new, and from which of those that go on most of their articles come.
INSERT INTO story_lineage BY NAME
SELECT o.story_id, n.story_id AS successor_id, 'split' AS change, $now::TIMESTAMPTZ AS changed_at
FROM before.articles AS o
JOIN articles AS n ON n.article_id = o.article_id
WHERE
    o.story_id IN (SELECT story_id FROM stories)
    AND n.story_id NOT IN (SELECT story_id FROM before.stories)
    AND n.story_id NOT IN (SELECT successor_id FROM story_lineage WHERE change = 'split')
GROUP BY o.story_id, n.story_id
QUALIFY row_number() OVER (PARTITION BY n.story_id ORDER BY count(*) DESC, o.story_id) = 1;
