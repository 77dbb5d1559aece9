-- What housekeeping drops is counted first; what it did and found, and what was rebuilt, is written down.

CREATE TABLE poll_days (
    day          DATE NOT NULL,
    source_id    VARCHAR NOT NULL,
    polls_ok     BIGINT NOT NULL,
    polls_failed BIGINT NOT NULL,
    new_items    BIGINT NOT NULL
);
COMMENT ON TABLE poll_days IS 'Polls that are too old to be kept one by one (NEWSWATCH_LEDGER_DAYS), counted by day and source when they were dropped: with those in polls it makes the whole.';
COMMENT ON COLUMN poll_days.day IS 'Day, UTC.';
COMMENT ON COLUMN poll_days.source_id IS 'Source.';
COMMENT ON COLUMN poll_days.polls_ok IS 'Dropped polls that worked, whether or not they brought something new.';
COMMENT ON COLUMN poll_days.polls_failed IS 'Dropped polls that failed.';
COMMENT ON COLUMN poll_days.new_items IS 'Items that these polls brought for the first time.';

CREATE TABLE housekeeping (
    started_at      TIMESTAMPTZ NOT NULL,
    seconds         DOUBLE NOT NULL,
    polls           BIGINT NOT NULL,
    requests        BIGINT NOT NULL,
    items           BIGINT NOT NULL,
    batches         BIGINT NOT NULL,
    batch_bytes     BIGINT NOT NULL,
    leftovers       BIGINT NOT NULL,
    returned        BIGINT NOT NULL,
    kept_from       TIMESTAMPTZ,
    archived_from   TIMESTAMPTZ,
    archive_bytes   BIGINT NOT NULL,
    warehouse_bytes BIGINT NOT NULL,
    unused_bytes    BIGINT NOT NULL,
    integrity       VARCHAR NOT NULL,
    findings        VARCHAR[] NOT NULL
);
COMMENT ON TABLE housekeeping IS 'What was cleared away once a day, and what the daily check of warehouse and snapshot found: a row a day.';
COMMENT ON COLUMN housekeeping.started_at IS 'When it began, UTC.';
COMMENT ON COLUMN housekeeping.seconds IS 'Seconds it took.';
COMMENT ON COLUMN housekeeping.polls IS 'Rows of polls that were counted into poll_days and dropped.';
COMMENT ON COLUMN housekeeping.requests IS 'Rows of requests that were dropped.';
COMMENT ON COLUMN housekeeping.items IS 'Keys of items that no source has listed for long, forgotten.';
COMMENT ON COLUMN housekeeping.batches IS 'Batches dropped from the archive, by age or size.';
COMMENT ON COLUMN housekeeping.batch_bytes IS 'Bytes that these batches took.';
COMMENT ON COLUMN housekeeping.leftovers IS 'Files of writers that were killed, and files set aside long ago, removed.';
COMMENT ON COLUMN housekeeping.returned IS 'Archived batches that the warehouse did not hold, given back to be loaded.';
COMMENT ON COLUMN housekeeping.kept_from IS 'polls and requests are whole from here on, UTC; null where nothing was ever dropped.';
COMMENT ON COLUMN housekeeping.archived_from IS 'When the oldest batch in the archive was loaded, UTC; null where there is none.';
COMMENT ON COLUMN housekeeping.archive_bytes IS 'Bytes of the archive after it.';
COMMENT ON COLUMN housekeeping.warehouse_bytes IS 'Bytes of the warehouse file.';
COMMENT ON COLUMN housekeeping.unused_bytes IS 'Of these: bytes of blocks that hold nothing and are used again.';
COMMENT ON COLUMN housekeeping.integrity IS 'whole; inconsistent (rows that do not fit together, or a snapshot unlike the warehouse); unreadable (damaged blocks).';
COMMENT ON COLUMN housekeeping.findings IS 'What was found, a sentence each; empty where all is whole.';

CREATE TABLE rebuilds (
    rebuilt_at TIMESTAMPTZ NOT NULL,
    cause      VARCHAR NOT NULL,
    made_from  VARCHAR NOT NULL,
    as_of      TIMESTAMPTZ,
    returned   BIGINT NOT NULL,
    set_aside  VARCHAR
);
COMMENT ON TABLE rebuilds IS 'Each time that the warehouse was damaged or missing and made anew.';
COMMENT ON COLUMN rebuilds.rebuilt_at IS 'When, UTC.';
COMMENT ON COLUMN rebuilds.cause IS 'What was wrong with the file.';
COMMENT ON COLUMN rebuilds.made_from IS 'What it was made from: warehouse (the file without its broken log of changes), snapshot, verified (the last copy that was checked), archive (batches alone), nothing.';
COMMENT ON COLUMN rebuilds.as_of IS 'When the last batch was loaded that this held, UTC; null where it held none.';
COMMENT ON COLUMN rebuilds.returned IS 'Archived batches that were given back to be loaded again.';
COMMENT ON COLUMN rebuilds.set_aside IS 'Name of the damaged file in the state folder; null where there was none.';

COMMENT ON TABLE polls IS 'Every visit to a source, for as long as NEWSWATCH_LEDGER_DAYS says (the last visits of each source for ever); older ones are counted in poll_days.';
COMMENT ON TABLE requests IS 'Every request on the wire, a redirect''s hop too, for as long as NEWSWATCH_LEDGER_DAYS says: the ledger that newswatch status --polite reports from.';
