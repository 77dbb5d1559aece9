-- The ids of all stories that there were.
SELECT story_id FROM before.stories UNION SELECT story_id FROM before.story_lineage;
