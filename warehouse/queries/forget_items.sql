-- Params: keys
-- Items that are listed otherwise now: what they were known by is forgotten, so that it counts anew.
DELETE FROM state.items WHERE item_key IN (SELECT unnest($keys));
