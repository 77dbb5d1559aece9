CREATE OR REPLACE VIEW trend_events AS
SELECT
    CAST(date_trunc('week', d.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
    d.event_type                                                        AS event_type,
    d.status                                                            AS status,
    count(DISTINCT d.development_id)                                    AS developments,
    count(DISTINCT l.article_id)                                        AS articles,
    count(DISTINCT a.article_id)                                        AS copies
FROM developments AS d
LEFT JOIN development_articles AS l ON l.development_id = d.development_id
LEFT JOIN articles AS a ON a.article_id = l.article_id AND a.copy_of IS NOT NULL
WHERE d.state = 'standing'
GROUP BY week, d.event_type, d.status;
COMMENT ON VIEW trend_events IS 'How many developments of which kind and status were reported first in which week; those that were withdrawn do not count.';
COMMENT ON COLUMN trend_events.week IS 'Monday of the ISO week of the first report, UTC.';
COMMENT ON COLUMN trend_events.event_type IS 'Kind of event, as developments.event_type.';
COMMENT ON COLUMN trend_events.status IS 'State of the matter, as developments.status.';
COMMENT ON COLUMN trend_events.developments IS 'Developments first reported in the week, without those that were withdrawn since.';
COMMENT ON COLUMN trend_events.articles IS 'Different articles that report them, whenever they came; copies counted.';
COMMENT ON COLUMN trend_events.copies IS 'Of these articles: copies.';
