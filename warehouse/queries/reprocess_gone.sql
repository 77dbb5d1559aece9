-- Params: now
-- The developments of the file `before` that were not found again.
INSERT INTO gone_developments BY NAME
SELECT development_id, $now::TIMESTAMPTZ AS gone_at, story_id, event_type, status, basis, participants, what, sentence,
       first_article_id, reported_at, detected_at
FROM before.developments
WHERE
    development_id NOT IN (SELECT development_id FROM developments)
    AND development_id NOT IN (SELECT development_id FROM gone_developments);
