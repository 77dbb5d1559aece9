-- Params: weeks
DELETE FROM state.event_weeks WHERE week IN (SELECT unnest($weeks));
