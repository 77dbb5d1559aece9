-- By what the rights to an article are reserved, and what sites say of it in files of their own.

ALTER TABLE articles ADD COLUMN rights_from VARCHAR[] DEFAULT [];
ALTER TABLE articles ADD COLUMN rights_policy VARCHAR;
UPDATE articles SET rights_from = ['meta'] WHERE rights_reserved;
COMMENT ON COLUMN articles.rights_reserved IS 'Page, answer or site reserves the rights of text and data mining, or wants no use by AI; rights_from says which. False where none was seen to, be it that only the feed was read.';
COMMENT ON COLUMN articles.rights_from IS 'By what they are reserved, of: meta (a meta of the page: tdm-reservation, noai), header (of its answer: tdm-reservation, X-Robots-Tag, Content-Usage, Content-Signal), tdmrep (/.well-known/tdmrep.json), robots (robots.txt: AI crawlers may not read the page, Content-Signal, Content-Usage, DisallowAITraining), ai-txt (/ai.txt); empty where by nothing.';
COMMENT ON COLUMN articles.rights_policy IS 'Address of the terms that the reservation names (tdm-policy); null where it names none.';

CREATE TABLE state.rights (
    origin     VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    text       VARCHAR
);
COMMENT ON TABLE state.rights IS 'The files in which the sites of articles speak of rights.';
COMMENT ON COLUMN state.rights.origin IS 'Origin: scheme, host, port.';
COMMENT ON COLUMN state.rights.kind IS 'tdmrep (/.well-known/tdmrep.json) or ai-txt (/ai.txt).';
COMMENT ON COLUMN state.rights.checked_at IS 'When it was asked for last, UTC.';
COMMENT ON COLUMN state.rights.text IS 'What it said when it could be read last, empty where there is none; null where it never could be read.';
