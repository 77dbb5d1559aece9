CREATE OR REPLACE VIEW uncovered AS
WITH titled AS (
    SELECT DISTINCT regexp_replace(lower(title), '[^\p{L}\p{N}]', '', 'g') AS bare FROM articles
)
SELECT
    l.published_at  AS published_at,
    l.publisher     AS publisher,
    l.title         AS title,
    l.url           AS url,
    l.source_id     AS source_id,
    l.seen_at       AS seen_at
FROM leads AS l
ANTI JOIN titled AS t ON t.bare = regexp_replace(lower(l.title), '[^\p{L}\p{N}]', '', 'g');
COMMENT ON VIEW uncovered IS 'Leads without an article of the same title: what others report and no source of the watch brought. Publishers that appear often are worth a source of their own.';
COMMENT ON COLUMN uncovered.published_at IS 'As leads.published_at.';
COMMENT ON COLUMN uncovered.publisher IS 'As leads.publisher.';
COMMENT ON COLUMN uncovered.title IS 'As leads.title.';
COMMENT ON COLUMN uncovered.url IS 'As leads.url.';
COMMENT ON COLUMN uncovered.source_id IS 'As leads.source_id.';
COMMENT ON COLUMN uncovered.seen_at IS 'As leads.seen_at.';
