COMMENT ON TABLE mentions IS 'Names of entities and words of topics in the newest revision of an article, with their place: a row for each place.';
COMMENT ON COLUMN mentions.article_id IS 'Article that names it (articles.article_id).';
COMMENT ON COLUMN mentions.entity_id IS 'Entity or topic that is named (entities.entity_id).';
COMMENT ON COLUMN mentions.part IS 'Where it stands: title, lead or body.';
COMMENT ON COLUMN mentions.start IS 'Number of characters (code points) before the first one: in title where part is title, in text otherwise.';
COMMENT ON COLUMN mentions.stop IS 'Number of characters before the one after the last, counted as start.';
