-- What was wrong with the pipeline itself, from when to when; and how much waited after each run.

CREATE TABLE troubles (
    trouble_id VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    subject    VARCHAR,
    since      TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    ended_at   TIMESTAMPTZ,
    grave      BOOLEAN NOT NULL,
    title      VARCHAR NOT NULL,
    says       VARCHAR NOT NULL,
    advice     VARCHAR NOT NULL
);
COMMENT ON TABLE troubles IS 'What was wrong with the pipeline itself: a row an episode. Each is told once to every rule that wants health, and its end too.';
COMMENT ON COLUMN troubles.trouble_id IS 'Id, derived from name, subject and start.';
COMMENT ON COLUMN troubles.name IS 'What it is: failing, gone, closed, duplicate, replaced, all-failing, silent, pages-unread, alerts-undelivered, backlog-growing, polls-overdue, batches-waiting, disk-low, disk-full, no-cycle, integrity …';
COMMENT ON COLUMN troubles.subject IS 'Source, rule or folder that it is about; null where it is about all.';
COMMENT ON COLUMN troubles.since IS 'When it began, as far as is known, UTC; else seen_at.';
COMMENT ON COLUMN troubles.seen_at IS 'When it was seen first, UTC.';
COMMENT ON COLUMN troubles.ended_at IS 'When it was seen to be over, UTC; null while it lasts.';
COMMENT ON COLUMN troubles.grave IS 'No news can be found or told while it lasts.';
COMMENT ON COLUMN troubles.title IS 'What is wrong, in one line.';
COMMENT ON COLUMN troubles.says IS 'What was seen of it when it was seen first.';
COMMENT ON COLUMN troubles.advice IS 'What to do.';

ALTER TABLE runs ADD COLUMN backlog INTEGER;
COMMENT ON COLUMN runs.backlog IS 'Listed items that waited for their page after the run; null for runs of older programs.';

COMMENT ON COLUMN alerts.alert_id IS 'Id, derived from rule and development, or from rule, subject and episode of trouble: each alerts a rule once.';
