CREATE OR REPLACE VIEW trend_events AS
SELECT week, event_type, status, developments, articles, copies FROM state.event_weeks;
COMMENT ON VIEW trend_events IS 'How many developments of which kind and status were reported first in which week; those that were withdrawn do not count.';
COMMENT ON COLUMN trend_events.week IS 'Monday of the ISO week of the first report, UTC.';
COMMENT ON COLUMN trend_events.event_type IS 'Kind of event, as developments.event_type.';
COMMENT ON COLUMN trend_events.status IS 'State of the matter, as developments.status.';
COMMENT ON COLUMN trend_events.developments IS 'Number of developments first reported in the week, without those that were withdrawn since.';
COMMENT ON COLUMN trend_events.articles IS 'Different articles that report them, whenever they came; copies counted.';
COMMENT ON COLUMN trend_events.copies IS 'Of these articles: copies.';
