COMMENT ON COLUMN figures.article_id IS 'Article that gives it (articles.article_id).';
COMMENT ON COLUMN figures.claim_id IS 'Claim that it belongs to (claims.claim_id); null where it belongs to none.';
COMMENT ON COLUMN figures.number IS 'value as a number, in the unit of the column unit; null for dates.';
COMMENT ON COLUMN figures.part IS 'Where it stands: title, lead or body.';
COMMENT ON COLUMN figures.start IS 'Number of characters (code points) before the first one: in title where part is title, in text otherwise.';
COMMENT ON COLUMN figures.stop IS 'Number of characters before the one after the last, counted as start.';
