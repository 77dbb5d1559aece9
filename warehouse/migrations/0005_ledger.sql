-- The ledger of requests, the known pages that are looked at again, and the bytes that end workers.

CREATE TABLE requests (
    order_id      VARCHAR NOT NULL,
    position      INTEGER NOT NULL,
    started_at    TIMESTAMPTZ NOT NULL,
    source_id     VARCHAR,
    purpose       VARCHAR NOT NULL,
    url           VARCHAR NOT NULL,
    host          VARCHAR NOT NULL,
    http_status   INTEGER,
    cause         VARCHAR,
    bytes         BIGINT NOT NULL,
    seconds       DOUBLE NOT NULL,
    conditional   BOOLEAN NOT NULL,
    unconditional VARCHAR,
    validators    BOOLEAN NOT NULL,
    retry_after_s DOUBLE,
    open_at_host  INTEGER NOT NULL,
    gap_s         DOUBLE
);
COMMENT ON TABLE requests IS 'Every request on the wire, a redirect''s hop too: the ledger that newswatch status --polite reports from.';
COMMENT ON COLUMN requests.order_id IS 'Order that it was made for.';
COMMENT ON COLUMN requests.position IS 'Place among the requests of the order, counted from 0.';
COMMENT ON COLUMN requests.started_at IS 'When it began, UTC.';
COMMENT ON COLUMN requests.source_id IS 'Source that it was made for; null where for none alone (robots.txt).';
COMMENT ON COLUMN requests.purpose IS 'poll, listing (a file that a source points to), audit (a poll without conditions, to see whether 304s are true), page, recheck (a known page again), robots, discovery.';
COMMENT ON COLUMN requests.url IS 'Address that was asked.';
COMMENT ON COLUMN requests.host IS 'Host that was asked.';
COMMENT ON COLUMN requests.http_status IS 'Status of the answer; null where none came.';
COMMENT ON COLUMN requests.cause IS 'Short constant of the failure; null where it worked.';
COMMENT ON COLUMN requests.bytes IS 'Bytes received.';
COMMENT ON COLUMN requests.seconds IS 'Seconds from its start to the last byte or the failure.';
COMMENT ON COLUMN requests.conditional IS 'Validators (If-None-Match, If-Modified-Since) were sent.';
COMMENT ON COLUMN requests.unconditional IS 'Why none were sent: first, no-validators (none were known), unread (what came before could not be read), audit, untrusted (its 304s were found false); null where they were.';
COMMENT ON COLUMN requests.validators IS 'The answer carried an ETag or Last-Modified.';
COMMENT ON COLUMN requests.retry_after_s IS 'Seconds that the answer asked to wait (Retry-After); null where it asked nothing.';
COMMENT ON COLUMN requests.open_at_host IS 'Requests to the host that were open when it began, itself included.';
COMMENT ON COLUMN requests.gap_s IS 'Seconds since the request before to this host began; null for the first of a run.';

CREATE TABLE state.pages (
    url           VARCHAR NOT NULL,
    host          VARCHAR NOT NULL,
    source_id     VARCHAR NOT NULL,
    guid          VARCHAR,
    title         VARCHAR,
    published_at  TIMESTAMPTZ,
    authors       VARCHAR[] NOT NULL,
    publisher     VARCHAR,
    article_url   VARCHAR NOT NULL,
    asked_url     VARCHAR NOT NULL,
    etag          VARCHAR,
    last_modified VARCHAR,
    body_hash     VARCHAR,
    first_seen_at TIMESTAMPTZ NOT NULL,
    visited_at    TIMESTAMPTZ NOT NULL,
    checks        INTEGER NOT NULL,
    gone          INTEGER NOT NULL,
    next_check_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE state.pages IS 'Known pages that are still to be looked at again, to see whether their article has changed.';
COMMENT ON COLUMN state.pages.url IS 'Link as the source listed it.';
COMMENT ON COLUMN state.pages.host IS 'Host of that link.';
COMMENT ON COLUMN state.pages.source_id IS 'Source that listed it.';
COMMENT ON COLUMN state.pages.guid IS 'Id that the source gives; null where it gives none.';
COMMENT ON COLUMN state.pages.title IS 'Title as listed; null where none is.';
COMMENT ON COLUMN state.pages.published_at IS 'Date as listed, UTC; null where none is.';
COMMENT ON COLUMN state.pages.authors IS 'Authors as listed.';
COMMENT ON COLUMN state.pages.publisher IS 'Medium that a search feed names; null for other sources.';
COMMENT ON COLUMN state.pages.article_url IS 'Canonical URL of its article.';
COMMENT ON COLUMN state.pages.asked_url IS 'Address that the validators are of.';
COMMENT ON COLUMN state.pages.etag IS 'ETag, byte for byte; null where none was sent.';
COMMENT ON COLUMN state.pages.last_modified IS 'Last-Modified, byte for byte; null where none was sent.';
COMMENT ON COLUMN state.pages.body_hash IS 'Hash of the body; null where unknown.';
COMMENT ON COLUMN state.pages.first_seen_at IS 'When it was read first, UTC.';
COMMENT ON COLUMN state.pages.visited_at IS 'When it was asked for last, UTC.';
COMMENT ON COLUMN state.pages.checks IS 'How often it was looked at again.';
COMMENT ON COLUMN state.pages.gone IS 'How often in a row it was gone (404, 410).';
COMMENT ON COLUMN state.pages.next_check_at IS 'Earliest time of the next look, UTC.';

CREATE TABLE state.kills (
    key     VARCHAR NOT NULL,
    url     VARCHAR NOT NULL,
    kills   INTEGER NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    cause   VARCHAR NOT NULL
);
COMMENT ON TABLE state.kills IS 'Bytes that ended the worker that read them: twice, and they are not read any more.';
COMMENT ON COLUMN state.kills.key IS 'Hash of address and bytes.';
COMMENT ON COLUMN state.kills.url IS 'Address that they came from.';
COMMENT ON COLUMN state.kills.kills IS 'How many workers they ended.';
COMMENT ON COLUMN state.kills.last_at IS 'When they did last, UTC.';
COMMENT ON COLUMN state.kills.cause IS 'timeout, crash or memory.';

COMMENT ON COLUMN revisions.change IS 'first for the first version, wording where no number, name, date or status changed, fact where one did, retraction where the article was withdrawn.';
COMMENT ON COLUMN revisions.diff IS 'The sentences that changed, a line each, with [-words that went-] and {+words that came+} against the version before; null for the first. In versions of older programs: sentences removed (-) and added (+).';
COMMENT ON COLUMN alerts.alert_id IS 'Id, derived from rule and development, or from rule, source and episode of trouble: each alerts a rule once.';
