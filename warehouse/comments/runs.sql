COMMENT ON COLUMN runs.run_id IS 'Id of the cycle.';
COMMENT ON COLUMN runs.started_at IS 'Start of the cycle, UTC.';
COMMENT ON COLUMN runs.polls IS 'Number of sources visited.';
COMMENT ON COLUMN runs.failed_polls IS 'Number of visits that failed.';
COMMENT ON COLUMN runs.new_items IS 'Number of items not known before.';
COMMENT ON COLUMN runs.developments IS 'Number of new developments.';
COMMENT ON COLUMN runs.alerts IS 'Number of alerts decided.';
