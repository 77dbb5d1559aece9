COMMENT ON COLUMN claims.article_id IS 'Article that states it (articles.article_id).';
COMMENT ON COLUMN claims.participants IS 'Entities that the claim is about (entities.entity_id); empty where it names none.';
COMMENT ON COLUMN claims.part IS 'Where its sentence stands: title, lead or body.';
COMMENT ON COLUMN claims.start IS 'Number of characters (code points) before the sentence: in title where part is title, in text otherwise.';
COMMENT ON COLUMN claims.stop IS 'Number of characters before the one after its last, counted as start.';
COMMENT ON COLUMN claims.score IS 'Weight of the evidence as a number without a unit, higher is surer; comparable within one version of the rules only.';
