-- Params: ids
DELETE FROM developments WHERE development_id IN (SELECT unnest($ids));
