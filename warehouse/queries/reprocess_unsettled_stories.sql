SELECT story_id FROM stories WHERE story_id NOT IN (FROM settled_stories);
