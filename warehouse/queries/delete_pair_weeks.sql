-- Params: weeks
DELETE FROM state.pair_weeks WHERE week IN (SELECT unnest($weeks));
