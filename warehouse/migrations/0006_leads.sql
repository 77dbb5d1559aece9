-- What search feeds list through links that hide the article's address.

CREATE TABLE leads (
    url          VARCHAR NOT NULL,
    source_id    VARCHAR NOT NULL,
    title        VARCHAR NOT NULL,
    publisher    VARCHAR,
    published_at TIMESTAMPTZ,
    seen_at      TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE leads IS 'Articles that a search feed lists through a link that hides their address (Google News): they are known by title and publisher, and never fetched.';
COMMENT ON COLUMN leads.url IS 'The link as listed.';
COMMENT ON COLUMN leads.source_id IS 'Search feed that listed it.';
COMMENT ON COLUMN leads.title IS 'Title as listed.';
COMMENT ON COLUMN leads.publisher IS 'Medium as listed; null where none is.';
COMMENT ON COLUMN leads.published_at IS 'Date as listed, UTC; null where none is.';
COMMENT ON COLUMN leads.seen_at IS 'When it was listed first, UTC.';
