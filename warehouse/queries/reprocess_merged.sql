-- Params: now
-- Stories that are none any more, and where most of their articles are now.
INSERT INTO story_lineage BY NAME
SELECT o.story_id, n.story_id AS successor_id, 'merged' AS change, $now::TIMESTAMPTZ AS changed_at
FROM before.articles AS o
JOIN articles AS n ON n.article_id = o.article_id
WHERE
    n.story_id IS NOT NULL
    AND o.story_id NOT IN (SELECT story_id FROM stories)
    AND o.story_id NOT IN (SELECT story_id FROM story_lineage WHERE change = 'merged')
GROUP BY o.story_id, n.story_id
QUALIFY row_number() OVER (PARTITION BY o.story_id ORDER BY count(*) DESC, n.story_id) = 1;
