CREATE OR REPLACE VIEW state.every_development AS
SELECT development_id FROM developments
UNION
SELECT development_id FROM gone_developments;
COMMENT ON VIEW state.every_development IS 'The ids of all developments that somebody may have been told of.';
COMMENT ON COLUMN state.every_development.development_id IS 'Development, or one that is gone.';
