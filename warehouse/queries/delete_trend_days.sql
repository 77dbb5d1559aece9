-- Params: days
DELETE FROM state.trend_days WHERE day IN (SELECT unnest($days));
