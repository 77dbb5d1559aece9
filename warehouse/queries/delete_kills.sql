-- Written anew, or so long ago that they are tried again.
-- Params: keys, before
DELETE FROM state.kills WHERE last_at < $before OR key IN (SELECT unnest($keys));
