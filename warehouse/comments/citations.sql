COMMENT ON COLUMN citations.article_id IS 'Article that names its origin (articles.article_id).';
COMMENT ON COLUMN citations.origin IS 'Medium, authority, company or person that it names (entities.entity_id).';
