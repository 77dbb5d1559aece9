SELECT entity_id, kind, name, wikidata FROM entities ORDER BY entity_id;
