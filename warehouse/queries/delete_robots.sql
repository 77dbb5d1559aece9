-- Params: origins, old
-- Of the origins whose file was asked for anew, and of those that nobody has asked for since.
DELETE FROM state.robots WHERE origin IN (SELECT unnest($origins)) OR checked_at < $old;
