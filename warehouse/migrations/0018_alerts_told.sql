-- What an alert tells, in parts, so that each channel gets it in its own form; which message took it; when it was tried
-- first, so that it is given up by the time that has passed and not by the number of tries.

ALTER TABLE alerts ADD COLUMN says VARCHAR;
COMMENT ON COLUMN alerts.says IS 'What it tells of its development: news, official (hearsay became official), withdrawn; null for health, and for alerts of older programs.';

ALTER TABLE alerts ADD COLUMN told VARCHAR;
COMMENT ON COLUMN alerts.told IS 'The same as title and body in parts, and the development as web hooks get it (JSON); null for health, and for alerts of older programs.';

ALTER TABLE alerts ADD COLUMN message VARCHAR;
COMMENT ON COLUMN alerts.message IS 'Message that it went out with, or was tried with; several alerts of a digest have one. Null until it is tried.';

ALTER TABLE alerts ADD COLUMN first_tried_at TIMESTAMPTZ;
COMMENT ON COLUMN alerts.first_tried_at IS 'When the first try to send it was made, UTC; null until then, and for alerts of older programs.';
