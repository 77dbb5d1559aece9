-- What scheduling remembers of a source: its own pace, failures by weight, addresses that it moved to or is replaced by,
-- and what hosts and their robots.txt files have said.

ALTER TABLE sources RENAME TO sources_before;
CREATE TABLE sources (
    source_id        VARCHAR NOT NULL,
    kind             VARCHAR NOT NULL,
    url              VARCHAR NOT NULL,
    publisher        VARCHAR,
    language         VARCHAR,
    state            VARCHAR NOT NULL,
    failures         INTEGER NOT NULL,
    last_ok_at       TIMESTAMPTZ,
    next_poll_at     TIMESTAMPTZ,
    interval_s       DOUBLE NOT NULL,
    error            VARCHAR,
    advice           VARCHAR,
    polled_url       VARCHAR,
    polled_kind      VARCHAR,
    pace_s           DOUBLE,
    polled_at        TIMESTAMPTZ,
    asked_s          DOUBLE DEFAULT 0,
    skip_hours       INTEGER[] DEFAULT [],
    skip_days        INTEGER[] DEFAULT [],
    failure_weight   DOUBLE DEFAULT 0,
    failing_since    TIMESTAMPTZ,
    cause            VARCHAR,
    cause_polls      INTEGER DEFAULT 0,
    evidence         VARCHAR,
    tried            VARCHAR,
    moved_to         VARCHAR,
    moved_since      TIMESTAMPTZ,
    moved_polls      INTEGER DEFAULT 0,
    gone_at          TIMESTAMPTZ,
    replaced_since   TIMESTAMPTZ,
    replaced_for     VARCHAR,
    looked_at        TIMESTAMPTZ,
    robots           VARCHAR,
    last_new_at      TIMESTAMPTZ,
    quiet_polls      INTEGER DEFAULT 0,
    full_at          TIMESTAMPTZ,
    unmodified_polls INTEGER DEFAULT 0,
    audited_at       TIMESTAMPTZ,
    trusted          BOOLEAN DEFAULT true,
    untrusted_since  TIMESTAMPTZ,
    loss_at          TIMESTAMPTZ,
    losses           INTEGER DEFAULT 0,
    loss_gap_s       DOUBLE,
    loss_items       INTEGER,
    selector         VARCHAR
);
INSERT INTO sources BY NAME FROM sources_before;
DROP TABLE sources_before;
COMMENT ON TABLE sources IS 'Sources of the watch and how they are.';
COMMENT ON COLUMN sources.source_id IS 'Id in the watch file.';
COMMENT ON COLUMN sources.kind IS 'feed, sitemap, page or search, as the watch file has it.';
COMMENT ON COLUMN sources.url IS 'Address in the watch file; what is asked now is polled_url.';
COMMENT ON COLUMN sources.publisher IS 'Publisher''s name of the watch file; null where not given.';
COMMENT ON COLUMN sources.language IS 'Language of the watch file; null where the text decides.';
COMMENT ON COLUMN sources.failures IS 'Failed polls in a row.';
COMMENT ON COLUMN sources.last_ok_at IS 'Last poll that worked, UTC; null where none did.';
COMMENT ON COLUMN sources.state IS 'new (never polled), ok, failing, replaced (another listing of its site is read instead), gone (answered 410), closed (it said that it ends), duplicate (it moved to the address of another source), removed (no longer in the watch file). Those that are gone, closed or duplicate are not polled.';
COMMENT ON COLUMN sources.next_poll_at IS 'Earliest time of the next poll, UTC; null where it is not polled any more.';
COMMENT ON COLUMN sources.interval_s IS 'Shortest interval between polls (every in the watch file), seconds.';
COMMENT ON COLUMN sources.error IS 'What the last poll failed of; null where it worked. Bytes that could not be read stay told until some can, whatever 304s come between.';
COMMENT ON COLUMN sources.advice IS 'What to do about it, or what to know of a source that works; null where nothing.';
COMMENT ON COLUMN sources.polled_url IS 'Address that is asked now: url, or the one it moved to for good, or that of the listing read instead.';
COMMENT ON COLUMN sources.polled_kind IS 'Kind of what is asked now.';
COMMENT ON COLUMN sources.pace_s IS 'Own interval now, seconds: interval_s or more, longer while nothing new comes.';
COMMENT ON COLUMN sources.polled_at IS 'Start of the last poll, UTC; null where there was none.';
COMMENT ON COLUMN sources.asked_s IS 'Seconds that server and listing asked to wait when it was last read in full (max-age, Expires, ttl, update period).';
COMMENT ON COLUMN sources.skip_hours IS 'Hours (0 to 23, UTC) in which the feed asks not to be polled.';
COMMENT ON COLUMN sources.skip_days IS 'Days (0 Monday to 6 Sunday, UTC) on which the feed asks not to be polled.';
COMMENT ON COLUMN sources.failure_weight IS 'Weight of the failed polls in a row: 1 for what someone must mend, 0.5 for refusals, 0.25 for what passes; lengthens the wait.';
COMMENT ON COLUMN sources.failing_since IS 'Start of the first failed poll in a row, UTC; null while it works.';
COMMENT ON COLUMN sources.cause IS 'Short constant of the last failure, or of its own address while another listing is read instead; null where it works.';
COMMENT ON COLUMN sources.cause_polls IS 'Failed polls in a row with this cause.';
COMMENT ON COLUMN sources.evidence IS 'What was seen of the failure; null where nothing is told.';
COMMENT ON COLUMN sources.tried IS 'What was done about it at once; null where nothing.';
COMMENT ON COLUMN sources.moved_to IS 'Address that permanent redirects lead to; adopted once it is polled_url; null where none do.';
COMMENT ON COLUMN sources.moved_since IS 'First poll in a row that was led there, UTC.';
COMMENT ON COLUMN sources.moved_polls IS 'Polls in a row that were led there.';
COMMENT ON COLUMN sources.gone_at IS 'When its own address answered 410 (gone for good), UTC; null where it did not.';
COMMENT ON COLUMN sources.replaced_since IS 'Since when another listing is read instead, UTC; null where none is.';
COMMENT ON COLUMN sources.replaced_for IS 'What its own address failed of then, as cause; null where nothing is read instead.';
COMMENT ON COLUMN sources.looked_at IS 'When another listing of its site was looked for last, UTC; null where never.';
COMMENT ON COLUMN sources.robots IS 'Whether the robots.txt of the site allows the address: allowed or disallowed; null where not known.';
COMMENT ON COLUMN sources.last_new_at IS 'Last poll that brought something new, UTC; null where none did.';
COMMENT ON COLUMN sources.quiet_polls IS 'Polls on time and in a row that brought nothing new.';
COMMENT ON COLUMN sources.full_at IS 'Last full answer (not a 304) of the address that is polled, UTC; null where none came.';
COMMENT ON COLUMN sources.unmodified_polls IS 'Answers 304 since then.';
COMMENT ON COLUMN sources.audited_at IS 'Last poll without conditions that was to show whether its 304s are true, UTC; null where there was none.';
COMMENT ON COLUMN sources.trusted IS 'False where its server said 304 (not modified) when it was: then nothing is asked conditionally.';
COMMENT ON COLUMN sources.untrusted_since IS 'When that was found, UTC; null where it is trusted.';
COMMENT ON COLUMN sources.loss_at IS 'Last poll at which nothing listed had been listed before, so that items may have been missed, UTC; null where none.';
COMMENT ON COLUMN sources.losses IS 'How many polls were so.';
COMMENT ON COLUMN sources.loss_gap_s IS 'Seconds between that poll and the one before that worked; null where loss_at is.';
COMMENT ON COLUMN sources.selector IS 'links or text of the watch file, for a page; null where neither is given.';
COMMENT ON COLUMN sources.loss_items IS 'Items that were listed then; null where loss_at is.';

ALTER TABLE polls ADD COLUMN url VARCHAR;
ALTER TABLE polls ADD COLUMN next_poll_at TIMESTAMPTZ;
COMMENT ON COLUMN polls.url IS 'Address that was to be asked; null for polls of older programs.';
COMMENT ON COLUMN polls.next_poll_at IS 'Earliest time of the next poll as decided after this one, UTC; null where there was to be none, and for polls of older programs.';

UPDATE sources SET
    polled_url = url,
    polled_kind = kind,
    pace_s = interval_s,
    gone_at = CASE WHEN state = 'gone' THEN next_poll_at - INTERVAL 30 DAY END,
    next_poll_at = CASE WHEN state <> 'gone' THEN next_poll_at END;
UPDATE sources SET
    polled_at = told.polled_at,
    last_new_at = told.last_new_at,
    full_at = told.full_at,
    failing_since = told.failing_since,
    cause = told.cause,
    failure_weight = CASE WHEN told.failing_since IS NULL THEN 0 ELSE failures * 0.5 END
FROM (
    SELECT
        s.source_id,
        max(p.started_at)                                                                   AS polled_at,
        max(p.started_at) FILTER (p.new_items > 0)                                          AS last_new_at,
        max(p.started_at) FILTER (p.outcome <> 'failed' AND p.http_status = 200)            AS full_at,
        min(p.started_at) FILTER (
            s.failures > 0 AND p.outcome = 'failed' AND (s.last_ok_at IS NULL OR p.started_at > s.last_ok_at)
        )                                                                                   AS failing_since,
        nullif(arg_max(coalesce(CASE WHEN s.failures > 0 THEN p.cause END, ''), p.started_at), '') AS cause
    FROM sources AS s
    JOIN polls AS p ON p.source_id = s.source_id
    GROUP BY s.source_id
) AS told
WHERE told.source_id = sources.source_id;

-- Validators belong to an address, and a source may have several: moved to, or a sitemap index with what it points to.

ALTER TABLE state.validators ADD COLUMN more VARCHAR[] DEFAULT [];
COMMENT ON TABLE state.validators IS 'What the last used answer of an address said of itself, a row an address of a source; valid for this URL only.';
COMMENT ON COLUMN state.validators.more IS 'Listings that this one points to (a sitemap index).';

ALTER TABLE state.pending_items ADD COLUMN publisher VARCHAR;
ALTER TABLE state.pending_items ADD COLUMN redirector BOOLEAN DEFAULT false;
ALTER TABLE state.pending_items ADD COLUMN next_try_at TIMESTAMPTZ;
COMMENT ON COLUMN state.pending_items.next_try_at IS 'Before this its page is not asked for again, UTC; null for with the next poll.';
COMMENT ON COLUMN state.pending_items.publisher IS 'Medium that a search feed names; null for other sources.';
COMMENT ON COLUMN state.pending_items.redirector IS 'Whether the link hides the address of the article.';

CREATE TABLE state.hosts (
    host  VARCHAR NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    cause VARCHAR NOT NULL
);
COMMENT ON TABLE state.hosts IS 'Hosts that asked to be left alone (429 or 503).';
COMMENT ON COLUMN state.hosts.host IS 'Host.';
COMMENT ON COLUMN state.hosts.until IS 'Until when, UTC.';
COMMENT ON COLUMN state.hosts.cause IS 'Short constant of the failure.';

CREATE TABLE state.robots (
    origin        VARCHAR NOT NULL,
    checked_at    TIMESTAMPTZ NOT NULL,
    text          VARCHAR,
    failing_since TIMESTAMPTZ
);
COMMENT ON TABLE state.robots IS 'The robots.txt files of the sites asked.';
COMMENT ON COLUMN state.robots.origin IS 'Origin: scheme, host, port.';
COMMENT ON COLUMN state.robots.checked_at IS 'When it was asked for last, UTC.';
COMMENT ON COLUMN state.robots.text IS 'What it said when it could be read last, empty where there is none; null where it never could be read.';
COMMENT ON COLUMN state.robots.failing_since IS 'When it began to fail, UTC; null where the last answer was a good one.';

CREATE TABLE state.listings (
    source_id VARCHAR NOT NULL,
    keys      VARCHAR[] NOT NULL
);
COMMENT ON TABLE state.listings IS 'What each source listed when it was read last: a listing that says for months that it is as it was lists these still.';
COMMENT ON COLUMN state.listings.source_id IS 'Source.';
COMMENT ON COLUMN state.listings.keys IS 'Keys of its items, as in state.items.';
