-- What judgement remembers of a relevant article, in one row, and the index by which it finds the ones nearest to a new
-- report: a load reads these few instead of all reports of the last months.

CREATE TABLE state.reports (
    position    BIGINT NOT NULL,
    article_id  VARCHAR NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    detected_at TIMESTAMPTZ NOT NULL,
    revision    INTEGER,
    publisher   VARCHAR,
    language    VARCHAR,
    title       VARCHAR,
    lead        VARCHAR,
    signals     STRUCT(
        words BIGINT,
        mentions STRUCT(entity_id VARCHAR, surface VARCHAR, part VARCHAR, start BIGINT, stop BIGINT)[],
        claims STRUCT(
            event_type VARCHAR, status VARCHAR, basis VARCHAR, participants VARCHAR[], sentence VARCHAR, part VARCHAR,
            start BIGINT, stop BIGINT, is_news BOOLEAN, score DOUBLE
        )[],
        figures STRUCT(
            kind VARCHAR, "value" VARCHAR, number DOUBLE, unit VARCHAR, surface VARCHAR, part VARCHAR, start BIGINT,
            stop BIGINT, claim BIGINT
        )[],
        citations STRUCT(origin VARCHAR, sentence VARCHAR)[],
        correction STRUCT(kind VARCHAR, sentence VARCHAR, part VARCHAR, start BIGINT, stop BIGINT),
        background BOOLEAN
    )
);
COMMENT ON TABLE state.reports IS 'Relevant articles in the order in which their newest revision was judged, as judgement sees them.';
COMMENT ON COLUMN state.reports.position IS 'Place in the order of judgement.';
COMMENT ON COLUMN state.reports.article_id IS 'Article.';
COMMENT ON COLUMN state.reports.reported_at IS 'Time its news counts from, UTC: a revision''s is when it was seen.';
COMMENT ON COLUMN state.reports.detected_at IS 'When it was judged, UTC.';
COMMENT ON COLUMN state.reports.revision IS 'Its revision, as articles.revision; null, as all that follows, until the index is filled.';
COMMENT ON COLUMN state.reports.publisher IS 'As articles.publisher.';
COMMENT ON COLUMN state.reports.language IS 'As articles.language.';
COMMENT ON COLUMN state.reports.title IS 'As articles.title.';
COMMENT ON COLUMN state.reports.lead IS 'As articles.lead.';
COMMENT ON COLUMN state.reports.signals IS 'Of its signals: the claims that are news, the names and figures that go with them, the citations.';

INSERT INTO state.reports (position, article_id, reported_at, detected_at)
SELECT position, article_id, reported_at, detected_at FROM state.judged ORDER BY position;
DROP TABLE state.judged;

CREATE TABLE state.tokens (
    token    BIGINT NOT NULL,
    position BIGINT NOT NULL,
    day      DATE NOT NULL
);
COMMENT ON TABLE state.tokens IS 'Which reports hold a token (a name, a word, a figure): the index that candidates are found by.';
COMMENT ON COLUMN state.tokens.token IS 'Hash of the token, 63 bits.';
COMMENT ON COLUMN state.tokens.position IS 'Report, as state.reports.position.';
COMMENT ON COLUMN state.tokens.day IS 'Day of reported_at of the report, UTC.';

CREATE TABLE state.frequencies (
    token   BIGINT NOT NULL,
    reports BIGINT NOT NULL
);
COMMENT ON TABLE state.frequencies IS 'How many reports hold a token: the sum of its rows, which are put together now and then.';
COMMENT ON COLUMN state.frequencies.token IS 'Hash of the token, 63 bits.';
COMMENT ON COLUMN state.frequencies.reports IS 'Reports that came (above 0) or were replaced (below 0).';

-- The public tables.

ALTER TABLE developments ADD COLUMN copies INTEGER DEFAULT 0;
ALTER TABLE developments ADD COLUMN state VARCHAR DEFAULT 'standing';
ALTER TABLE developments ADD COLUMN confirmed_at TIMESTAMPTZ;
ALTER TABLE developments ADD COLUMN official_at TIMESTAMPTZ;
ALTER TABLE developments ADD COLUMN contradicts VARCHAR;
ALTER TABLE developments ADD COLUMN withdrawn_at TIMESTAMPTZ;
ALTER TABLE developments ADD COLUMN withdrawn_by VARCHAR;
UPDATE developments SET official_at = reported_at WHERE basis = 'official';
UPDATE developments SET copies = told.copies, confirmed_at = told.confirmed_at
FROM (
    SELECT l.development_id, count(a.copy_of) AS copies,
           min(a.reported_at) FILTER (l.role = 'confirms') AS confirmed_at
    FROM development_articles AS l
    JOIN articles AS a ON a.article_id = l.article_id
    GROUP BY l.development_id
) AS told
WHERE told.development_id = developments.development_id;
COMMENT ON COLUMN developments.copies IS 'Of these articles: copies.';
COMMENT ON COLUMN developments.state IS 'standing, or withdrawn where its only evidence was corrected or taken back.';
COMMENT ON COLUMN developments.confirmed_at IS 'reported_at of the article that brought the second independent origin, UTC; null while there is one.';
COMMENT ON COLUMN developments.official_at IS 'reported_at of the first article that has it from a party, an authority or a document, UTC; null while it is hearsay.';
COMMENT ON COLUMN developments.contradicts IS 'Development that says otherwise and stands beside it (a denial, another figure of the same matter); null where there is none.';
COMMENT ON COLUMN developments.withdrawn_at IS 'When the correction or retraction was reported, UTC; null while the development stands.';
COMMENT ON COLUMN developments.withdrawn_by IS 'Article, in its newest revision, that corrects or takes back; null while the development stands.';

ALTER TABLE development_articles ADD COLUMN basis VARCHAR;
COMMENT ON COLUMN development_articles.basis IS 'On whose word this article has it: official or unconfirmed; null for copies and where it cannot be told.';

ALTER TABLE stories ADD COLUMN copies INTEGER DEFAULT 0;
ALTER TABLE stories ADD COLUMN title_article_id VARCHAR;
UPDATE stories SET copies = told.copies
FROM (SELECT story_id, count(copy_of) AS copies FROM articles GROUP BY story_id) AS told
WHERE told.story_id = stories.story_id;
COMMENT ON COLUMN stories.title_article_id IS 'The article whose title it is; null where an older program gave the title.';
COMMENT ON COLUMN stories.copies IS 'Of these articles: copies.';
COMMENT ON COLUMN stories.title IS 'Title of its most central article, in the first language of the watch if there is one.';
COMMENT ON COLUMN stories.last_at IS 'When its latest article, or the latest revision of one, was reported, UTC.';
COMMENT ON COLUMN stories.story_id IS 'Id; stays once given. One that was merged into another or split is in story_lineage.';

CREATE TABLE story_lineage (
    story_id     VARCHAR NOT NULL,
    successor_id VARCHAR NOT NULL,
    change       VARCHAR NOT NULL,
    changed_at   TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE story_lineage IS 'What became of story ids: which ones were merged into others, and which ones were split off.';
COMMENT ON COLUMN story_lineage.story_id IS 'Story as it was.';
COMMENT ON COLUMN story_lineage.successor_id IS 'Story that its articles, or some of them, belong to since.';
COMMENT ON COLUMN story_lineage.change IS 'merged (the old id is no story any more), or split (it is, without what went to the successor).';
COMMENT ON COLUMN story_lineage.changed_at IS 'When, UTC.';
