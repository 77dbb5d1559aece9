COMMENT ON COLUMN revisions.article_id IS 'Article of which it is a version (articles.article_id).';
