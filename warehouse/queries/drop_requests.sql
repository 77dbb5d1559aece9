-- Drops the requests that are older than that.
-- Params: before
DELETE FROM requests WHERE started_at < $before;
