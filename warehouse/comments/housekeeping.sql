COMMENT ON COLUMN housekeeping.batches IS 'Number of batches dropped from the archive, by age or size.';
COMMENT ON COLUMN housekeeping.leftovers IS 'Number of files removed: of writers that were killed, and set aside long ago.';
COMMENT ON COLUMN housekeeping.returned IS 'Number of archived batches that the warehouse did not hold, given back to be loaded.';
COMMENT ON COLUMN rebuilds.rebuilt_at IS 'When it was made anew, UTC.';
COMMENT ON COLUMN rebuilds.returned IS 'Number of archived batches that were given back to be loaded again.';
COMMENT ON COLUMN migrations.name IS 'File name of the migration; or views: and the hash of views and comments as they were made last.';
