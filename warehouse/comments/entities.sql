COMMENT ON COLUMN entities.kind IS 'The part of entity_id before the colon: company, person, place, plant, product, authority, media, topic or another word of the watch.';
