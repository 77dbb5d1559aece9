COMMENT ON COLUMN alerts.kind IS 'What it is about: development or health (of the pipeline itself).';
COMMENT ON COLUMN alerts.development_id IS 'Development that it tells (developments.development_id); null for health.';
COMMENT ON COLUMN alerts.attempts IS 'Number of tries to send it.';
