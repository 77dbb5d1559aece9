-- Params: weeks
DELETE FROM state.entity_weeks WHERE week IN (SELECT unnest($weeks));
