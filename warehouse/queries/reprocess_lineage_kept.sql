-- What was said of stories before, but for those that were merged and are stories again.
INSERT INTO story_lineage
SELECT * FROM before.story_lineage AS o
WHERE
    o.change <> 'merged'
    OR o.story_id NOT IN (SELECT story_id FROM stories)
EXCEPT ALL
SELECT * FROM story_lineage;
