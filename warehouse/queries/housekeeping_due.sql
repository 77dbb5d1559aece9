-- Since when housekeeping has been due, but for the day between: the last one, or the first run; null where none was. What
-- lies ahead was written by a clock that was wrong.
-- Params: now
SELECT coalesce(
    (SELECT max(started_at) FROM housekeeping WHERE started_at <= $now),
    (SELECT min(started_at) FROM runs WHERE started_at <= $now)
);
