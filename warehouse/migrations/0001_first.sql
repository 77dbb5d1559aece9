-- The tables of the public surface (schema main) and the writer's own (schema state).
-- No primary keys or indexes on rows that are updated: DuckDB checks them per statement, and the one writer keeps ids
-- unique (tests/warehouse/test_schema.py holds it to that).

CREATE SCHEMA state;

COMMENT ON TABLE migrations IS 'Schema changes that have been applied.';
COMMENT ON COLUMN migrations.name IS 'File name of the migration, or views: and the hash of the views.';
COMMENT ON COLUMN migrations.applied_at IS 'When it was applied, UTC.';

CREATE TABLE articles (
    article_id     VARCHAR NOT NULL,
    url            VARCHAR NOT NULL,
    source_id      VARCHAR NOT NULL,
    publisher      VARCHAR NOT NULL,
    language       VARCHAR,
    title          VARCHAR NOT NULL,
    lead           VARCHAR,
    text           VARCHAR NOT NULL,
    authors        VARCHAR[] NOT NULL,
    published_at   TIMESTAMPTZ,
    published_from VARCHAR,
    reported_at    TIMESTAMPTZ NOT NULL,
    first_seen_at  TIMESTAMPTZ NOT NULL,
    revision       INTEGER NOT NULL,
    words          INTEGER NOT NULL,
    relevant       BOOLEAN NOT NULL,
    likeness       DOUBLE NOT NULL,
    copy_of        VARCHAR,
    story_id       VARCHAR,
    text_from      VARCHAR NOT NULL
);
COMMENT ON TABLE articles IS 'One row per article in its newest revision. An article is its canonical URL; the same URL with other text is a revision, not a new article.';
COMMENT ON COLUMN articles.article_id IS 'Id, derived from the canonical URL.';
COMMENT ON COLUMN articles.url IS 'Canonical URL.';
COMMENT ON COLUMN articles.source_id IS 'Source that listed the article first; sources.source_id, or import for imported ones.';
COMMENT ON COLUMN articles.publisher IS 'Name of the publisher as the page, the source or the import gives it, else the host.';
COMMENT ON COLUMN articles.language IS 'ISO 639-1 code of the text; null where it is too short to tell.';
COMMENT ON COLUMN articles.title IS 'Headline, plain text.';
COMMENT ON COLUMN articles.lead IS 'Standfirst or first paragraph, a piece of the start of text; null where none can be told apart.';
COMMENT ON COLUMN articles.text IS 'The whole article with its lead and without its title; paragraphs are separated by a blank line.';
COMMENT ON COLUMN articles.authors IS 'Names of the authors as given; empty where none is given.';
COMMENT ON COLUMN articles.published_at IS 'Publication time in UTC as the source or page gives it; null where neither does.';
COMMENT ON COLUMN articles.published_from IS 'Where published_at was read: feed, structured (JSON-LD, meta), page (found in the text or URL), import; null with published_at.';
COMMENT ON COLUMN articles.reported_at IS 'The time the news is counted from, UTC: published_at (the end of that day where published_from is page), or first_seen_at where that is unknown or earlier.';
COMMENT ON COLUMN articles.first_seen_at IS 'When newswatch first had the article, UTC.';
COMMENT ON COLUMN articles.revision IS 'Number of the newest revision, counted from 1.';
COMMENT ON COLUMN articles.words IS 'Words of title and text; characters for Chinese.';
COMMENT ON COLUMN articles.relevant IS 'The article belongs to the watch.';
COMMENT ON COLUMN articles.likeness IS 'How much the article is like the example articles of the watch, 0 to 1.';
COMMENT ON COLUMN articles.copy_of IS 'article_id of the article, published no later, of which this is (nearly) the same text; null for originals.';
COMMENT ON COLUMN articles.story_id IS 'Story the article belongs to; null where no version of it was relevant.';
COMMENT ON COLUMN articles.text_from IS 'page where the text was extracted from the page, feed where only the feed''s own text could be had.';

CREATE TABLE revisions (
    article_id VARCHAR NOT NULL,
    revision   INTEGER NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    title      VARCHAR NOT NULL,
    text       VARCHAR NOT NULL,
    change     VARCHAR NOT NULL,
    diff       VARCHAR
);
COMMENT ON TABLE revisions IS 'Every version of every article that was seen.';
COMMENT ON COLUMN revisions.article_id IS 'Article.';
COMMENT ON COLUMN revisions.revision IS 'Number of the revision, counted from 1.';
COMMENT ON COLUMN revisions.seen_at IS 'When this version was first seen, UTC.';
COMMENT ON COLUMN revisions.title IS 'Headline of this version.';
COMMENT ON COLUMN revisions.text IS 'Text of this version.';
COMMENT ON COLUMN revisions.change IS 'first for the first version, wording where no number, name or status changed, fact where one did, retraction where the article was withdrawn.';
COMMENT ON COLUMN revisions.diff IS 'Sentences removed (-) and added (+) against the version before, a line each; null for the first.';

CREATE TABLE entities (
    entity_id VARCHAR NOT NULL,
    kind      VARCHAR NOT NULL,
    name      VARCHAR NOT NULL,
    wikidata  VARCHAR
);
COMMENT ON TABLE entities IS 'Entities and topics of the watch, as last loaded.';
COMMENT ON COLUMN entities.entity_id IS 'kind:name, for example company:xiaomi.';
COMMENT ON COLUMN entities.kind IS 'company, person, place, plant, product, authority, media, topic …';
COMMENT ON COLUMN entities.name IS 'Name to show.';
COMMENT ON COLUMN entities.wikidata IS 'Wikidata item; null where not sure.';

CREATE TABLE mentions (
    article_id VARCHAR NOT NULL,
    entity_id  VARCHAR NOT NULL,
    surface    VARCHAR NOT NULL,
    part       VARCHAR NOT NULL,
    start      INTEGER NOT NULL,
    stop       INTEGER NOT NULL
);
COMMENT ON TABLE mentions IS 'Names of entities and words of topics in the newest revision of an article, with their place.';
COMMENT ON COLUMN mentions.article_id IS 'Article.';
COMMENT ON COLUMN mentions.entity_id IS 'Entity or topic.';
COMMENT ON COLUMN mentions.surface IS 'The words as they stand in the article.';
COMMENT ON COLUMN mentions.part IS 'title, lead or body.';
COMMENT ON COLUMN mentions.start IS 'First character, counted from 0 in code points: of title where part is title, of text otherwise.';
COMMENT ON COLUMN mentions.stop IS 'Character after the last one.';

CREATE TABLE claims (
    claim_id     VARCHAR NOT NULL,
    article_id   VARCHAR NOT NULL,
    event_type   VARCHAR NOT NULL,
    status       VARCHAR NOT NULL,
    basis        VARCHAR NOT NULL,
    participants VARCHAR[] NOT NULL,
    sentence     VARCHAR NOT NULL,
    part         VARCHAR NOT NULL,
    start        INTEGER NOT NULL,
    stop         INTEGER NOT NULL,
    is_news      BOOLEAN NOT NULL,
    score        DOUBLE NOT NULL,
    position     INTEGER NOT NULL
);
COMMENT ON TABLE claims IS 'Statements of the newest revision of an article: what kind of event, in which status, on whose word, about whom.';
COMMENT ON COLUMN claims.claim_id IS 'Id, derived from article, revision and position.';
COMMENT ON COLUMN claims.article_id IS 'Article.';
COMMENT ON COLUMN claims.event_type IS 'Kind of event: partnership, stake, investment, licence, plant, product, production, orders, supply, personnel, finance, legal, safety, regulation, market.';
COMMENT ON COLUMN claims.status IS 'State of the matter: considered, talks, planned, applied, agreed, approved, started, completed, delayed, denied, ended.';
COMMENT ON COLUMN claims.basis IS 'official (a party, an authority, a document) or unconfirmed (hearsay, analysts).';
COMMENT ON COLUMN claims.participants IS 'Entities the claim is about.';
COMMENT ON COLUMN claims.sentence IS 'The sentence that says it.';
COMMENT ON COLUMN claims.part IS 'title, lead or body.';
COMMENT ON COLUMN claims.start IS 'First character of the sentence, as in mentions.';
COMMENT ON COLUMN claims.stop IS 'Character after the last one.';
COMMENT ON COLUMN claims.is_news IS 'The article reports it as its news; false for what it only recalls.';
COMMENT ON COLUMN claims.score IS 'Weight of the evidence, higher is surer; comparable within one version of the rules only.';
COMMENT ON COLUMN claims.position IS 'Place among the claims of the article, counted from 0.';

CREATE TABLE figures (
    article_id VARCHAR NOT NULL,
    claim_id   VARCHAR,
    kind       VARCHAR NOT NULL,
    value      VARCHAR NOT NULL,
    number     DOUBLE,
    unit       VARCHAR NOT NULL,
    surface    VARCHAR NOT NULL,
    part       VARCHAR NOT NULL,
    start      INTEGER NOT NULL,
    stop       INTEGER NOT NULL
);
COMMENT ON TABLE figures IS 'Numbers with their meaning in the newest revision of an article.';
COMMENT ON COLUMN figures.article_id IS 'Article.';
COMMENT ON COLUMN figures.claim_id IS 'Claim the figure belongs to; null where it belongs to none.';
COMMENT ON COLUMN figures.kind IS 'money, vehicles, vehicles_per_year, percent, date or other.';
COMMENT ON COLUMN figures.value IS 'Normal form: plain units (10000000000), dates as YYYY, YYYY-MM, YYYY-Hn, YYYY-Qn or YYYY-MM-DD.';
COMMENT ON COLUMN figures.number IS 'value as a number; null for dates.';
COMMENT ON COLUMN figures.unit IS 'ISO 4217 code for money, else vehicles, vehicles_per_year, percent, date or a word.';
COMMENT ON COLUMN figures.surface IS 'The words as they stand in the article.';
COMMENT ON COLUMN figures.part IS 'title, lead or body.';
COMMENT ON COLUMN figures.start IS 'First character, as in mentions.';
COMMENT ON COLUMN figures.stop IS 'Character after the last one.';

CREATE TABLE citations (
    article_id VARCHAR NOT NULL,
    origin     VARCHAR NOT NULL,
    sentence   VARCHAR NOT NULL
);
COMMENT ON TABLE citations IS 'Origins that an article itself names for its news.';
COMMENT ON COLUMN citations.article_id IS 'Article.';
COMMENT ON COLUMN citations.origin IS 'Entity id of the medium, authority, company or person.';
COMMENT ON COLUMN citations.sentence IS 'The sentence that names it.';

CREATE TABLE stories (
    story_id   VARCHAR NOT NULL,
    title      VARCHAR NOT NULL,
    first_at   TIMESTAMPTZ NOT NULL,
    last_at    TIMESTAMPTZ NOT NULL,
    articles   INTEGER NOT NULL,
    publishers INTEGER NOT NULL,
    languages  VARCHAR[] NOT NULL
);
COMMENT ON TABLE stories IS 'Running affairs: articles that belong together, across languages.';
COMMENT ON COLUMN stories.story_id IS 'Id; stays once given.';
COMMENT ON COLUMN stories.title IS 'Title of its first or most central article.';
COMMENT ON COLUMN stories.first_at IS 'reported_at of its earliest article, UTC.';
COMMENT ON COLUMN stories.last_at IS 'reported_at of its latest article, UTC.';
COMMENT ON COLUMN stories.articles IS 'Articles, copies counted.';
COMMENT ON COLUMN stories.publishers IS 'Different publishers.';
COMMENT ON COLUMN stories.languages IS 'Languages of its articles, sorted.';

CREATE TABLE developments (
    development_id   VARCHAR NOT NULL,
    story_id         VARCHAR NOT NULL,
    event_type       VARCHAR NOT NULL,
    status           VARCHAR NOT NULL,
    basis            VARCHAR NOT NULL,
    participants     VARCHAR[] NOT NULL,
    what             VARCHAR NOT NULL,
    sentence         VARCHAR NOT NULL,
    first_article_id VARCHAR NOT NULL,
    reported_at      TIMESTAMPTZ NOT NULL,
    detected_at      TIMESTAMPTZ NOT NULL,
    articles         INTEGER NOT NULL,
    origins          INTEGER NOT NULL,
    supersedes       VARCHAR
);
COMMENT ON TABLE developments IS 'New facts in stories: something happened, its status changed, hearsay became official, a material figure changed.';
COMMENT ON COLUMN developments.development_id IS 'Id.';
COMMENT ON COLUMN developments.story_id IS 'Story.';
COMMENT ON COLUMN developments.event_type IS 'Kind of event, as claims.event_type.';
COMMENT ON COLUMN developments.status IS 'State of the matter, as claims.status.';
COMMENT ON COLUMN developments.basis IS 'official or unconfirmed, as claims.basis.';
COMMENT ON COLUMN developments.participants IS 'Entities it is about.';
COMMENT ON COLUMN developments.what IS 'The development in one line.';
COMMENT ON COLUMN developments.sentence IS 'The sentence of the first report that says it.';
COMMENT ON COLUMN developments.first_article_id IS 'Article that reported it first.';
COMMENT ON COLUMN developments.reported_at IS 'reported_at of that article, UTC.';
COMMENT ON COLUMN developments.detected_at IS 'When newswatch recognised it, UTC.';
COMMENT ON COLUMN developments.articles IS 'Articles that report it, copies counted.';
COMMENT ON COLUMN developments.origins IS 'Independent origins: publishers, without copies and without those that cite another origin.';
COMMENT ON COLUMN developments.supersedes IS 'Development that was known before and that this one changes; null where there is none.';

CREATE TABLE development_articles (
    development_id VARCHAR NOT NULL,
    article_id     VARCHAR NOT NULL,
    role           VARCHAR NOT NULL
);
COMMENT ON TABLE development_articles IS 'Which articles report a development.';
COMMENT ON COLUMN development_articles.development_id IS 'Development.';
COMMENT ON COLUMN development_articles.article_id IS 'Article.';
COMMENT ON COLUMN development_articles.role IS 'first for the first report, confirms for one with an origin of its own, repeats for copies and those that cite a known origin.';

CREATE TABLE alerts (
    alert_id       VARCHAR NOT NULL,
    kind           VARCHAR NOT NULL,
    development_id VARCHAR,
    rule           VARCHAR NOT NULL,
    channel        VARCHAR NOT NULL,
    state          VARCHAR NOT NULL,
    created_at     TIMESTAMPTZ NOT NULL,
    tried_at       TIMESTAMPTZ,
    sent_at        TIMESTAMPTZ,
    attempts       INTEGER NOT NULL,
    error          VARCHAR,
    title          VARCHAR NOT NULL,
    body           VARCHAR NOT NULL
);
COMMENT ON TABLE alerts IS 'Messages about developments and about the pipeline''s own health, with their delivery.';
COMMENT ON COLUMN alerts.alert_id IS 'Id, derived from rule and development: one development alerts a rule once.';
COMMENT ON COLUMN alerts.kind IS 'development or health.';
COMMENT ON COLUMN alerts.development_id IS 'Development; null for health.';
COMMENT ON COLUMN alerts.rule IS 'Name of the rule of the watch file.';
COMMENT ON COLUMN alerts.channel IS 'Kind of channel (mailto, json, ntfy …); never its address.';
COMMENT ON COLUMN alerts.state IS 'pending (to be sent), held (quiet hours, digest, or too few origins yet), sent, failed.';
COMMENT ON COLUMN alerts.created_at IS 'When the alert was decided, UTC.';
COMMENT ON COLUMN alerts.tried_at IS 'When the last try to send it was made, UTC; null until then.';
COMMENT ON COLUMN alerts.sent_at IS 'When the channel took it, UTC; null until then.';
COMMENT ON COLUMN alerts.attempts IS 'Tries to send.';
COMMENT ON COLUMN alerts.error IS 'Why the last try failed, without secrets; null where none failed.';
COMMENT ON COLUMN alerts.title IS 'Subject of the message.';
COMMENT ON COLUMN alerts.body IS 'Text of the message.';

CREATE TABLE sources (
    source_id    VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    publisher    VARCHAR,
    language     VARCHAR,
    state        VARCHAR NOT NULL,
    failures     INTEGER NOT NULL,
    last_ok_at   TIMESTAMPTZ,
    next_poll_at TIMESTAMPTZ NOT NULL,
    interval_s   DOUBLE NOT NULL,
    error        VARCHAR,
    advice       VARCHAR
);
COMMENT ON TABLE sources IS 'Sources of the watch and how they are.';
COMMENT ON COLUMN sources.source_id IS 'Id in the watch file.';
COMMENT ON COLUMN sources.kind IS 'feed, sitemap, page or search.';
COMMENT ON COLUMN sources.url IS 'Address that is polled.';
COMMENT ON COLUMN sources.publisher IS 'Publisher''s name of the watch file; null where not given.';
COMMENT ON COLUMN sources.language IS 'Language of the watch file; null where the text decides.';
COMMENT ON COLUMN sources.state IS 'new (never polled), ok, failing, gone (answered 410), removed (no longer in the watch file).';
COMMENT ON COLUMN sources.failures IS 'Failed polls in a row.';
COMMENT ON COLUMN sources.last_ok_at IS 'Last poll that worked, UTC; null where none did.';
COMMENT ON COLUMN sources.next_poll_at IS 'Earliest time of the next poll, UTC.';
COMMENT ON COLUMN sources.interval_s IS 'Shortest interval between polls, seconds.';
COMMENT ON COLUMN sources.error IS 'What the last poll failed of; null where it worked.';
COMMENT ON COLUMN sources.advice IS 'What to do about it; null where nothing.';

CREATE TABLE polls (
    source_id   VARCHAR NOT NULL,
    started_at  TIMESTAMPTZ NOT NULL,
    outcome     VARCHAR NOT NULL,
    http_status INTEGER,
    items       INTEGER NOT NULL,
    new_items   INTEGER NOT NULL,
    bytes       BIGINT NOT NULL,
    seconds     DOUBLE NOT NULL,
    cause       VARCHAR,
    error       VARCHAR
);
COMMENT ON TABLE polls IS 'Every visit to a source.';
COMMENT ON COLUMN polls.source_id IS 'Source.';
COMMENT ON COLUMN polls.started_at IS 'Start of the visit, UTC.';
COMMENT ON COLUMN polls.outcome IS 'new (something new was listed), unchanged, failed.';
COMMENT ON COLUMN polls.http_status IS 'Status of the answer; null where none came.';
COMMENT ON COLUMN polls.items IS 'Items listed.';
COMMENT ON COLUMN polls.new_items IS 'Items not known before.';
COMMENT ON COLUMN polls.bytes IS 'Bytes received.';
COMMENT ON COLUMN polls.seconds IS 'Seconds the visit took.';
COMMENT ON COLUMN polls.cause IS 'Short constant of the failure; null where it worked.';
COMMENT ON COLUMN polls.error IS 'What failed; null where it worked.';

CREATE TABLE runs (
    run_id         VARCHAR NOT NULL,
    started_at     TIMESTAMPTZ NOT NULL,
    finished_at    TIMESTAMPTZ NOT NULL,
    outcome        VARCHAR NOT NULL,
    polls          INTEGER NOT NULL,
    failed_polls   INTEGER NOT NULL,
    new_items      INTEGER NOT NULL,
    failed_items   INTEGER NOT NULL,
    articles       INTEGER NOT NULL,
    revisions      INTEGER NOT NULL,
    copies         INTEGER NOT NULL,
    relevant       INTEGER NOT NULL,
    developments   INTEGER NOT NULL,
    alerts         INTEGER NOT NULL
);
COMMENT ON TABLE runs IS 'Cycles that polled or loaded something.';
COMMENT ON COLUMN runs.run_id IS 'Id.';
COMMENT ON COLUMN runs.started_at IS 'Start, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'End of loading, UTC.';
COMMENT ON COLUMN runs.outcome IS 'ok, partly (some sources failed), failed (all did).';
COMMENT ON COLUMN runs.polls IS 'Sources visited.';
COMMENT ON COLUMN runs.failed_polls IS 'Visits that failed.';
COMMENT ON COLUMN runs.new_items IS 'Items not known before.';
COMMENT ON COLUMN runs.failed_items IS 'Items whose page could not be had; they are tried again.';
COMMENT ON COLUMN runs.articles IS 'Articles seen for the first time.';
COMMENT ON COLUMN runs.revisions IS 'Known articles whose text had changed.';
COMMENT ON COLUMN runs.copies IS 'Of the new articles: copies.';
COMMENT ON COLUMN runs.relevant IS 'Of the new articles: those that belong to the watch.';
COMMENT ON COLUMN runs.developments IS 'New developments.';
COMMENT ON COLUMN runs.alerts IS 'Alerts decided.';

-- The writer's own. Not part of the surface: may change with any release.

CREATE TABLE state.validators (
    source_id     VARCHAR NOT NULL,
    url           VARCHAR NOT NULL,
    etag          VARCHAR,
    last_modified VARCHAR,
    body_hash     VARCHAR
);
COMMENT ON TABLE state.validators IS 'What the server sent with the last answer of a source that was used; valid for this URL only.';

CREATE TABLE state.items (
    item_key      VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at  TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE state.items IS 'Keys of listed items that need no fetch any more.';

CREATE TABLE state.pending_items (
    source_id    VARCHAR NOT NULL,
    url          VARCHAR NOT NULL,
    guid         VARCHAR,
    title        VARCHAR,
    published_at TIMESTAMPTZ,
    summary      VARCHAR,
    authors      VARCHAR[] NOT NULL,
    attempts     INTEGER NOT NULL,
    error        VARCHAR NOT NULL,
    first_import BOOLEAN NOT NULL
);
COMMENT ON TABLE state.pending_items IS 'Listed items whose page could not be had yet.';

CREATE TABLE state.shingles (
    shingle    BIGINT NOT NULL,
    article_id VARCHAR NOT NULL
);
COMMENT ON TABLE state.shingles IS 'Fingerprints: sampled hashes of word runs of the newest revision of each article.';

CREATE TABLE state.batches (
    batch_id  VARCHAR NOT NULL,
    order_id  VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE state.batches IS 'Batches that have been loaded: the record that makes loading one twice change nothing.';

CREATE TABLE state.judged (
    article_id  VARCHAR NOT NULL,
    reported_at TIMESTAMPTZ NOT NULL,
    detected_at TIMESTAMPTZ NOT NULL,
    position    BIGINT NOT NULL
);
COMMENT ON TABLE state.judged IS 'Relevant articles in the order in which their newest revision was judged, and when.';
COMMENT ON COLUMN state.validators.source_id IS 'Source.';
COMMENT ON COLUMN state.validators.url IS 'Address that answered; validators never serve for another one.';
COMMENT ON COLUMN state.validators.etag IS 'ETag, byte for byte; null where none was sent.';
COMMENT ON COLUMN state.validators.last_modified IS 'Last-Modified, byte for byte; null where none was sent.';
COMMENT ON COLUMN state.validators.body_hash IS 'Hash of the body; null where unknown.';
COMMENT ON COLUMN state.items.item_key IS 'Hash of the URL, or of source and guid.';
COMMENT ON COLUMN state.items.first_seen_at IS 'When it was listed first, UTC.';
COMMENT ON COLUMN state.items.last_seen_at IS 'When it was listed last, UTC.';
COMMENT ON COLUMN state.pending_items.source_id IS 'Source that lists the item.';
COMMENT ON COLUMN state.pending_items.url IS 'Link as listed.';
COMMENT ON COLUMN state.pending_items.guid IS 'Id that the source gives; null where it gives none.';
COMMENT ON COLUMN state.pending_items.title IS 'Title as listed; null where none is.';
COMMENT ON COLUMN state.pending_items.published_at IS 'Date as listed, UTC; null where none is.';
COMMENT ON COLUMN state.pending_items.summary IS 'Text that the source gives; null where it gives none.';
COMMENT ON COLUMN state.pending_items.authors IS 'Authors as listed.';
COMMENT ON COLUMN state.pending_items.attempts IS 'How often its page was asked for.';
COMMENT ON COLUMN state.pending_items.error IS 'What the last attempt failed of.';
COMMENT ON COLUMN state.pending_items.first_import IS 'Listed by the first successful poll of its source: what it brings is no news.';
COMMENT ON COLUMN state.shingles.shingle IS 'Hash of a run of words, 63 bits.';
COMMENT ON COLUMN state.shingles.article_id IS 'Article it stands in.';
COMMENT ON COLUMN state.batches.batch_id IS 'Id of the batch.';
COMMENT ON COLUMN state.batches.order_id IS 'Id of the order it carried out; import for imported ones.';
COMMENT ON COLUMN state.batches.loaded_at IS 'When it was loaded, UTC.';
COMMENT ON COLUMN state.judged.article_id IS 'Article.';
COMMENT ON COLUMN state.judged.reported_at IS 'Time its news counts from, UTC: a revision''s is when it was seen.';
COMMENT ON COLUMN state.judged.detected_at IS 'When it was judged, UTC.';
COMMENT ON COLUMN state.judged.position IS 'Place in the order of judgement.';
