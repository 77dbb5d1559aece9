-- Params: ids
DELETE FROM sources WHERE source_id IN (SELECT unnest($ids));
