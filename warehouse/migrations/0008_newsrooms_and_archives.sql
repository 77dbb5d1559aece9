-- What newsrooms say of the versions of their articles, and the older parts of feeds that are still to be read.

ALTER TABLE articles ADD COLUMN pubstatus VARCHAR;
ALTER TABLE articles ADD COLUMN version VARCHAR;
ALTER TABLE articles ADD COLUMN versioncreated TIMESTAMPTZ;
ALTER TABLE articles ADD COLUMN embargoed TIMESTAMPTZ;
ALTER TABLE articles ADD COLUMN ednote VARCHAR;
COMMENT ON COLUMN articles.pubstatus IS 'What its newsroom says of its publication: usable, withheld (not to be used for now) or canceled (taken back for good); null where it says nothing.';
COMMENT ON COLUMN articles.version IS 'Version as its newsroom counts, for example 3; null where it says none. The versions seen here are counted in revision.';
COMMENT ON COLUMN articles.versioncreated IS 'When its newsroom made the version that is stored here, UTC; null where it does not say. A later date with the same words makes no revision.';
COMMENT ON COLUMN articles.embargoed IS 'Until when it was not to be published, UTC; null where it was not embargoed. It was not read before.';
COMMENT ON COLUMN articles.ednote IS 'Note of its newsroom to whoever uses it, such as what a correction corrects; null where there is none.';
COMMENT ON COLUMN claims.is_news IS 'The article reports it as its news; false for what it only recalls, and for all of an article that its newsroom has taken back.';

ALTER TABLE state.pending_items ADD COLUMN release STRUCT(
    pubstatus VARCHAR, version VARCHAR, versioncreated TIMESTAMPTZ, embargoed TIMESTAMPTZ, ednote VARCHAR
);
COMMENT ON COLUMN state.pending_items.release IS 'What the newsroom says of this version, as in articles; null where it says nothing.';

CREATE TABLE state.archives (
    source_id   VARCHAR NOT NULL,
    url         VARCHAR NOT NULL,
    read        VARCHAR[] NOT NULL,
    items       INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    next_try_at TIMESTAMPTZ NOT NULL,
    began_at    TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE state.archives IS 'The next older part of a feed that is to be read, once, for its first import (RFC 5005; next_url of JSON Feed): a row a source, none where all has been read.';
COMMENT ON COLUMN state.archives.source_id IS 'Source.';
COMMENT ON COLUMN state.archives.url IS 'Address of the part.';
COMMENT ON COLUMN state.archives.read IS 'Addresses of the feed and of its parts that have been read: none is asked for again.';
COMMENT ON COLUMN state.archives.items IS 'Items that the parts have listed so far.';
COMMENT ON COLUMN state.archives.attempts IS 'How often this part was asked for without success.';
COMMENT ON COLUMN state.archives.next_try_at IS 'Before this it is not asked for, UTC.';
COMMENT ON COLUMN state.archives.began_at IS 'When the feed itself was read first, UTC: what is older is no news.';

COMMENT ON COLUMN requests.purpose IS 'poll, listing (a file that a source points to), archive (an older part of a feed, once), audit (a poll without conditions, to see whether 304s are true), page, recheck (a known page again), robots, discovery.';

-- Of sources that left the watch, nobody asks for what was still to be had.
DELETE FROM state.pending_items
WHERE source_id NOT IN (SELECT source_id FROM sources WHERE state <> 'removed');
