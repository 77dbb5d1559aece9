-- When housekeeping was done last.
-- Params: now
SELECT max(started_at) FROM housekeeping WHERE started_at <= $now;
