-- Params: files (origin, blank, kind), old
-- The files about rights that were asked for anew, and those of origins that no page was read of since.
DELETE FROM state.rights WHERE origin || ' ' || kind IN (SELECT unnest($files)) OR checked_at <= $old;
