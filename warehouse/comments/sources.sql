COMMENT ON COLUMN sources.polled_url IS 'Address that is asked now: url, or the one it moved to for good, or that of the listing read instead; never null.';
COMMENT ON COLUMN sources.polled_kind IS 'Kind of what is asked now, as kind; never null.';
COMMENT ON COLUMN sources.pace_s IS 'Own interval now, seconds: interval_s or more, longer while nothing new comes; never null.';
COMMENT ON COLUMN sources.moved_since IS 'First poll in a row that was led there, UTC; null where none was, and once the address is adopted.';
COMMENT ON COLUMN sources.moved_polls IS 'Number of polls in a row that were led there.';
COMMENT ON COLUMN sources.unmodified_polls IS 'Number of answers 304 (not modified) since full_at.';
COMMENT ON COLUMN sources.losses IS 'Number of polls at which nothing listed had been listed before.';
