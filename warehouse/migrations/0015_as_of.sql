-- What was overwritten: the versions of rows that were replaced, each with the moment until which it was so. With them
-- the macros NAME_as_of(moment) answer as the file would have answered then. What an older program overwrote is not known.

CREATE TABLE state.past_articles (
    position       BIGINT NOT NULL,
    until          TIMESTAMPTZ NOT NULL,
    article_id     VARCHAR NOT NULL,
    revision       INTEGER NOT NULL,
    publisher      VARCHAR NOT NULL,
    language       VARCHAR,
    lead           VARCHAR,
    authors        VARCHAR[] NOT NULL,
    published_at   TIMESTAMPTZ,
    published_from VARCHAR,
    date_clamped   BOOLEAN,
    words          INTEGER NOT NULL,
    relevant       BOOLEAN NOT NULL,
    likeness       DOUBLE NOT NULL,
    copy_of        VARCHAR,
    story_id       VARCHAR,
    text_from      VARCHAR NOT NULL,
    pubstatus      VARCHAR,
    ednote         VARCHAR
);
COMMENT ON TABLE state.past_articles IS 'Rows of articles that were replaced, by a revision or by what became of their story or original; title and text are in revisions.';
COMMENT ON COLUMN state.past_articles.position IS 'Place in the order of changes, counted from 1 over all that is past.';
COMMENT ON COLUMN state.past_articles.until IS 'When what replaced the row was seen, UTC: before this it held.';
COMMENT ON COLUMN state.past_articles.article_id IS 'Article.';
COMMENT ON COLUMN state.past_articles.revision IS 'As articles.revision.';
COMMENT ON COLUMN state.past_articles.publisher IS 'As articles.publisher.';
COMMENT ON COLUMN state.past_articles.language IS 'As articles.language.';
COMMENT ON COLUMN state.past_articles.lead IS 'As articles.lead.';
COMMENT ON COLUMN state.past_articles.authors IS 'As articles.authors.';
COMMENT ON COLUMN state.past_articles.published_at IS 'As articles.published_at.';
COMMENT ON COLUMN state.past_articles.published_from IS 'As articles.published_from.';
COMMENT ON COLUMN state.past_articles.date_clamped IS 'As articles.date_clamped.';
COMMENT ON COLUMN state.past_articles.words IS 'As articles.words.';
COMMENT ON COLUMN state.past_articles.relevant IS 'As articles.relevant.';
COMMENT ON COLUMN state.past_articles.likeness IS 'As articles.likeness.';
COMMENT ON COLUMN state.past_articles.copy_of IS 'As articles.copy_of.';
COMMENT ON COLUMN state.past_articles.story_id IS 'As articles.story_id.';
COMMENT ON COLUMN state.past_articles.text_from IS 'As articles.text_from.';
COMMENT ON COLUMN state.past_articles.pubstatus IS 'As articles.pubstatus.';
COMMENT ON COLUMN state.past_articles.ednote IS 'As articles.ednote.';

CREATE TABLE state.past_mentions AS SELECT 0::INTEGER AS revision, * FROM mentions LIMIT 0;
COMMENT ON TABLE state.past_mentions IS 'Mentions of versions of articles that were replaced.';
COMMENT ON COLUMN state.past_mentions.revision IS 'As revisions.revision.';
COMMENT ON COLUMN state.past_mentions.article_id IS 'As mentions.article_id.';
COMMENT ON COLUMN state.past_mentions.entity_id IS 'As mentions.entity_id.';
COMMENT ON COLUMN state.past_mentions.surface IS 'As mentions.surface.';
COMMENT ON COLUMN state.past_mentions.part IS 'As mentions.part.';
COMMENT ON COLUMN state.past_mentions.start IS 'As mentions.start.';
COMMENT ON COLUMN state.past_mentions.stop IS 'As mentions.stop.';

CREATE TABLE state.past_claims AS SELECT 0::INTEGER AS revision, * FROM claims LIMIT 0;
COMMENT ON TABLE state.past_claims IS 'Claims of versions of articles that were replaced.';
COMMENT ON COLUMN state.past_claims.revision IS 'As revisions.revision.';
COMMENT ON COLUMN state.past_claims.claim_id IS 'As claims.claim_id.';
COMMENT ON COLUMN state.past_claims.article_id IS 'As claims.article_id.';
COMMENT ON COLUMN state.past_claims.event_type IS 'As claims.event_type.';
COMMENT ON COLUMN state.past_claims.status IS 'As claims.status.';
COMMENT ON COLUMN state.past_claims.basis IS 'As claims.basis.';
COMMENT ON COLUMN state.past_claims.participants IS 'As claims.participants.';
COMMENT ON COLUMN state.past_claims.sentence IS 'As claims.sentence.';
COMMENT ON COLUMN state.past_claims.part IS 'As claims.part.';
COMMENT ON COLUMN state.past_claims.start IS 'As claims.start.';
COMMENT ON COLUMN state.past_claims.stop IS 'As claims.stop.';
COMMENT ON COLUMN state.past_claims.is_news IS 'As claims.is_news.';
COMMENT ON COLUMN state.past_claims.score IS 'As claims.score.';
COMMENT ON COLUMN state.past_claims.position IS 'As claims.position.';

CREATE TABLE state.past_figures AS SELECT 0::INTEGER AS revision, * FROM figures LIMIT 0;
COMMENT ON TABLE state.past_figures IS 'Figures of versions of articles that were replaced.';
COMMENT ON COLUMN state.past_figures.revision IS 'As revisions.revision.';
COMMENT ON COLUMN state.past_figures.article_id IS 'As figures.article_id.';
COMMENT ON COLUMN state.past_figures.claim_id IS 'As figures.claim_id.';
COMMENT ON COLUMN state.past_figures.kind IS 'As figures.kind.';
COMMENT ON COLUMN state.past_figures.value IS 'As figures.value.';
COMMENT ON COLUMN state.past_figures.number IS 'As figures.number.';
COMMENT ON COLUMN state.past_figures.unit IS 'As figures.unit.';
COMMENT ON COLUMN state.past_figures.surface IS 'As figures.surface.';
COMMENT ON COLUMN state.past_figures.part IS 'As figures.part.';
COMMENT ON COLUMN state.past_figures.start IS 'As figures.start.';
COMMENT ON COLUMN state.past_figures.stop IS 'As figures.stop.';

CREATE TABLE state.past_citations AS SELECT 0::INTEGER AS revision, * FROM citations LIMIT 0;
COMMENT ON TABLE state.past_citations IS 'Citations of versions of articles that were replaced.';
COMMENT ON COLUMN state.past_citations.revision IS 'As revisions.revision.';
COMMENT ON COLUMN state.past_citations.article_id IS 'As citations.article_id.';
COMMENT ON COLUMN state.past_citations.origin IS 'As citations.origin.';
COMMENT ON COLUMN state.past_citations.sentence IS 'As citations.sentence.';

CREATE TABLE state.past_stories (
    position         BIGINT NOT NULL,
    until            TIMESTAMPTZ NOT NULL,
    story_id         VARCHAR NOT NULL,
    title            VARCHAR NOT NULL,
    title_article_id VARCHAR,
    first_at         TIMESTAMPTZ NOT NULL,
    last_at          TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE state.past_stories IS 'Rows of stories that were replaced, or merged into others; what they counted is counted again from the articles.';
COMMENT ON COLUMN state.past_stories.position IS 'As in state.past_articles.';
COMMENT ON COLUMN state.past_stories.until IS 'As in state.past_articles.';
COMMENT ON COLUMN state.past_stories.story_id IS 'As stories.story_id.';
COMMENT ON COLUMN state.past_stories.title IS 'As stories.title.';
COMMENT ON COLUMN state.past_stories.title_article_id IS 'As stories.title_article_id.';
COMMENT ON COLUMN state.past_stories.first_at IS 'As stories.first_at.';
COMMENT ON COLUMN state.past_stories.last_at IS 'As stories.last_at.';

CREATE TABLE state.past_developments (
    position         BIGINT NOT NULL,
    until            TIMESTAMPTZ NOT NULL,
    development_id   VARCHAR NOT NULL,
    story_id         VARCHAR NOT NULL,
    first_article_id VARCHAR NOT NULL,
    reported_at      TIMESTAMPTZ NOT NULL,
    sentence         VARCHAR NOT NULL,
    articles         INTEGER NOT NULL,
    copies           INTEGER NOT NULL,
    origins          INTEGER NOT NULL,
    state            VARCHAR NOT NULL,
    confirmed_at     TIMESTAMPTZ,
    official_at      TIMESTAMPTZ,
    withdrawn_at     TIMESTAMPTZ,
    withdrawn_by     VARCHAR
);
COMMENT ON TABLE state.past_developments IS 'Rows of developments that were replaced: what can change of them.';
COMMENT ON COLUMN state.past_developments.position IS 'As in state.past_articles.';
COMMENT ON COLUMN state.past_developments.until IS 'As in state.past_articles.';
COMMENT ON COLUMN state.past_developments.development_id IS 'Development.';
COMMENT ON COLUMN state.past_developments.story_id IS 'As developments.story_id.';
COMMENT ON COLUMN state.past_developments.first_article_id IS 'As developments.first_article_id.';
COMMENT ON COLUMN state.past_developments.reported_at IS 'As developments.reported_at.';
COMMENT ON COLUMN state.past_developments.sentence IS 'As developments.sentence.';
COMMENT ON COLUMN state.past_developments.articles IS 'As developments.articles.';
COMMENT ON COLUMN state.past_developments.copies IS 'As developments.copies.';
COMMENT ON COLUMN state.past_developments.origins IS 'As developments.origins.';
COMMENT ON COLUMN state.past_developments.state IS 'As developments.state.';
COMMENT ON COLUMN state.past_developments.confirmed_at IS 'As developments.confirmed_at.';
COMMENT ON COLUMN state.past_developments.official_at IS 'As developments.official_at.';
COMMENT ON COLUMN state.past_developments.withdrawn_at IS 'As developments.withdrawn_at.';
COMMENT ON COLUMN state.past_developments.withdrawn_by IS 'As developments.withdrawn_by.';

CREATE TABLE state.past_links (
    position       BIGINT NOT NULL,
    until          TIMESTAMPTZ NOT NULL,
    development_id VARCHAR NOT NULL,
    article_id     VARCHAR NOT NULL,
    role           VARCHAR NOT NULL,
    basis          VARCHAR
);
COMMENT ON TABLE state.past_links IS 'Rows of development_articles that were replaced.';
COMMENT ON COLUMN state.past_links.position IS 'As in state.past_articles.';
COMMENT ON COLUMN state.past_links.until IS 'As in state.past_articles.';
COMMENT ON COLUMN state.past_links.development_id IS 'Development.';
COMMENT ON COLUMN state.past_links.article_id IS 'Article.';
COMMENT ON COLUMN state.past_links.role IS 'As development_articles.role.';
COMMENT ON COLUMN state.past_links.basis IS 'As development_articles.basis.';

ALTER TABLE development_articles ADD COLUMN linked_at TIMESTAMPTZ;
COMMENT ON COLUMN development_articles.linked_at IS 'When the version was seen by which newswatch recognised that the article reports it, UTC; null where an older program did: then its first sight stands for it.';

-- Which days a source was not read and nothing is missing for all that: what a listing still holds of days without a
-- poll is found when it is read again. From the polls that are kept it is filled in for what was stored before.

CREATE TABLE state.reached_days (
    day       DATE NOT NULL,
    source_id VARCHAR NOT NULL
);
COMMENT ON TABLE state.reached_days IS 'Days between two polls of a source that worked, over which the listing of the later one reached back to what was known.';
COMMENT ON COLUMN state.reached_days.day IS 'Day, UTC.';
COMMENT ON COLUMN state.reached_days.source_id IS 'As sources.source_id.';

INSERT INTO state.reached_days
SELECT CAST(unnest(generate_series(day_before + 1, day - 1, INTERVAL 1 DAY)) AS DATE) AS day, source_id
FROM (
    SELECT
        source_id,
        items,
        new_items,
        http_status,
        CAST(started_at AT TIME ZONE 'UTC' AS DATE) AS day,
        lag(CAST(started_at AT TIME ZONE 'UTC' AS DATE)) OVER (PARTITION BY source_id ORDER BY started_at) AS day_before
    FROM polls
    WHERE outcome <> 'failed'
)
WHERE day_before < day - 1 AND (new_items < items OR new_items = 0 OR http_status = 226)
ORDER BY day, source_id;
