COMMENT ON COLUMN polls.source_id IS 'Source that was visited (sources.source_id).';
COMMENT ON COLUMN polls.outcome IS 'What came of it: new (something new was listed), unchanged, failed.';
COMMENT ON COLUMN polls.http_status IS 'HTTP status of the answer, a number from 100 to 599; null where none came.';
COMMENT ON COLUMN polls.items IS 'Number of items that it listed.';
COMMENT ON COLUMN poll_days.day IS 'Day of the polls, UTC.';
COMMENT ON COLUMN poll_days.source_id IS 'Source that was visited (sources.source_id).';
COMMENT ON COLUMN poll_days.polls_ok IS 'Number of dropped polls that worked, whether or not they brought something new.';
COMMENT ON COLUMN poll_days.polls_failed IS 'Number of dropped polls that failed.';
