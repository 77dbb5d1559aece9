-- Params: days
DELETE FROM state.source_days WHERE day IN (SELECT unnest($days));
