-- Params: ids
-- The relevant ones of these articles as judgement remembers them, in the order they were judged in; their signals as
-- JSON: 10,000 of them are read in 0.75 s so, as nested values in 1.25 s.
SELECT r.article_id, r.revision, r.publisher, r.language, r.title, r.lead, r.reported_at, r.detected_at,
       to_json(r.signals) AS signals, a.copy_of, a.story_id
FROM state.reports AS r
JOIN articles AS a ON a.article_id = r.article_id
WHERE r.rowid IN (SELECT rowid FROM state.reports WHERE article_id IN (SELECT unnest($ids))) AND r.revision IS NOT NULL
ORDER BY r.position;
