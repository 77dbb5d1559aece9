-- Which versions of articles stand in which batch of the archive; filled by reprocess_archived.
CREATE OR REPLACE TEMP TABLE archived_versions (place BIGINT, batch_id VARCHAR, url VARCHAR, seen_at TIMESTAMPTZ);
