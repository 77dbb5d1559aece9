-- What reading history again with newer rules changed, and the developments that it did not find again.

CREATE TABLE reprocessings (
    reprocessed_at TIMESTAMPTZ NOT NULL,
    subject        VARCHAR NOT NULL,
    added          BIGINT NOT NULL,
    gone           BIGINT NOT NULL,
    changed        BIGINT NOT NULL
);
COMMENT ON TABLE reprocessings IS 'What changed each time that signals, stories and developments were derived anew with other rules or another watch (newswatch reprocess --apply): a row a subject. What was known before that moment was known by the rules of then.';
COMMENT ON COLUMN reprocessings.reprocessed_at IS 'When the new warehouse took the place of the old one, UTC.';
COMMENT ON COLUMN reprocessings.subject IS 'What they are rows of: articles, revisions, mentions, claims, figures, citations, copies, stories or developments.';
COMMENT ON COLUMN reprocessings.added IS 'Number of rows that were not there before.';
COMMENT ON COLUMN reprocessings.gone IS 'Number of rows that are no longer there.';
COMMENT ON COLUMN reprocessings.changed IS 'Number of rows that say something else than before.';

CREATE TABLE gone_developments (
    development_id   VARCHAR NOT NULL,
    gone_at          TIMESTAMPTZ NOT NULL,
    story_id         VARCHAR NOT NULL,
    event_type       VARCHAR NOT NULL,
    status           VARCHAR NOT NULL,
    basis            VARCHAR NOT NULL,
    participants     VARCHAR[] NOT NULL,
    what             VARCHAR NOT NULL,
    sentence         VARCHAR NOT NULL,
    first_article_id VARCHAR NOT NULL,
    reported_at      TIMESTAMPTZ NOT NULL,
    detected_at      TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE gone_developments IS 'Developments that were found once, and were not found again when history was read with newer rules; alerts that were sent may speak of them. Nobody was told that they are gone.';
COMMENT ON COLUMN gone_developments.development_id IS 'Id, as it was in developments.';
COMMENT ON COLUMN gone_developments.gone_at IS 'When the new warehouse took the place of the old one, UTC.';
COMMENT ON COLUMN gone_developments.story_id IS 'Story it belonged to (stories.story_id); story_lineage tells what became of that.';
COMMENT ON COLUMN gone_developments.event_type IS 'As it was in developments.';
COMMENT ON COLUMN gone_developments.status IS 'As it was in developments.';
COMMENT ON COLUMN gone_developments.basis IS 'As it was in developments.';
COMMENT ON COLUMN gone_developments.participants IS 'As it was in developments.';
COMMENT ON COLUMN gone_developments.what IS 'As it was in developments.';
COMMENT ON COLUMN gone_developments.sentence IS 'As it was in developments.';
COMMENT ON COLUMN gone_developments.first_article_id IS 'Article that reported it first (articles.article_id), as it was in developments.';
COMMENT ON COLUMN gone_developments.reported_at IS 'When it was reported, as it was in developments, UTC.';
COMMENT ON COLUMN gone_developments.detected_at IS 'When it was detected, as it was in developments, UTC.';
