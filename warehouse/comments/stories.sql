COMMENT ON COLUMN stories.title_article_id IS 'The article whose title it is (articles.article_id); null where an older program gave the title.';
COMMENT ON COLUMN stories.articles IS 'Number of articles, copies counted.';
COMMENT ON COLUMN stories.publishers IS 'Number of different publishers.';
COMMENT ON COLUMN stories.languages IS 'Languages of its articles, sorted (ISO 639-1); empty where none is known.';
COMMENT ON COLUMN story_lineage.story_id IS 'Story as it was; still one of stories where it was split.';
COMMENT ON COLUMN story_lineage.changed_at IS 'When they were merged or split, UTC.';
COMMENT ON COLUMN stories.first_at IS 'When its earliest article was reported, UTC.';
COMMENT ON COLUMN story_lineage.successor_id IS 'Story that its articles, or some of them, belong to since (stories.story_id; of one that was merged in turn, a story_id of this table).';
