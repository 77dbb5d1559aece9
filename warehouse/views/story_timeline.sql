CREATE OR REPLACE VIEW story_timeline AS
WITH changes AS (
    SELECT successor_id AS story_id, changed_at AS happened_at, change AS kind, story_id AS other_story_id
    FROM story_lineage
    UNION ALL
    SELECT story_id, changed_at, change, successor_id
    FROM story_lineage
)
SELECT
    story_id, happened_at, kind, development_id, event_type, status, basis, what, article_id, publisher, language, title,
    url, copied, NULL::VARCHAR AS other_story_id
FROM state.story_events
UNION ALL
SELECT
    story_id, happened_at, kind, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, other_story_id
FROM changes;
COMMENT ON VIEW story_timeline IS 'What happened in a story, an event a row, as newswatch story tells it: ask with a story_id, and order by happened_at.';
COMMENT ON COLUMN story_timeline.story_id IS 'Story; one that was merged into another is known by that row alone.';
COMMENT ON COLUMN story_timeline.happened_at IS 'When, UTC: reported_at of the article; when a development became official or was withdrawn; when stories were merged or split.';
COMMENT ON COLUMN story_timeline.kind IS 'reported (first report of a development), confirmed (a report with an origin of its own), repeated (a copy, or a report that cites a known origin), official (what was hearsay has a party, an authority or a document behind it), withdrawn, background (an article without a development, a correction too), merged, split (see other_story_id).';
COMMENT ON COLUMN story_timeline.development_id IS 'Development; null for background, merged and split.';
COMMENT ON COLUMN story_timeline.event_type IS 'As developments.event_type; null with development_id.';
COMMENT ON COLUMN story_timeline.status IS 'As developments.status; null with development_id.';
COMMENT ON COLUMN story_timeline.basis IS 'On whose word the article has it, official or unconfirmed; null for copies, where it cannot be told, and for withdrawn, background, merged and split.';
COMMENT ON COLUMN story_timeline.what IS 'The development in one line; null with development_id.';
COMMENT ON COLUMN story_timeline.article_id IS 'Article; for official the one that has it from there, for withdrawn the one that corrects; null for merged and split.';
COMMENT ON COLUMN story_timeline.publisher IS 'As articles.publisher; null where the article is no longer kept, and with article_id.';
COMMENT ON COLUMN story_timeline.language IS 'As articles.language; null with publisher, and where it is not known.';
COMMENT ON COLUMN story_timeline.title IS 'As articles.title; null with publisher.';
COMMENT ON COLUMN story_timeline.url IS 'As articles.url; null with publisher.';
COMMENT ON COLUMN story_timeline.copied IS 'The article is a copy; null with article_id.';
COMMENT ON COLUMN story_timeline.other_story_id IS 'For merged and split the story on the other side, see story_lineage; null for all others.';
