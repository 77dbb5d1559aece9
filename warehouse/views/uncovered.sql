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
COMMENT ON COLUMN uncovered.published_at IS 'Date as listed, UTC; null where none is.';
COMMENT ON COLUMN uncovered.publisher IS 'Medium as listed; null where none is.';
COMMENT ON COLUMN uncovered.title IS 'Title as listed.';
COMMENT ON COLUMN uncovered.url IS 'The link as listed; it hides the address of the article.';
COMMENT ON COLUMN uncovered.source_id IS 'Search feed that listed it (sources.source_id).';
COMMENT ON COLUMN uncovered.seen_at IS 'When it was listed first, UTC.';
