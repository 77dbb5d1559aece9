COMMENT ON COLUMN leads.source_id IS 'Search feed that listed it (sources.source_id).';
