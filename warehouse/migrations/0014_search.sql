-- The search index takes articles in the order of their fingerprints. Those of which an older program kept none, for
-- their text is too short to be a copy of anything, get an empty one.

INSERT INTO state.fingerprints BY NAME
SELECT ((SELECT coalesce(max(number), 0) FROM state.fingerprints)
           + row_number() OVER (ORDER BY first_seen_at, article_id))::INTEGER AS number,
       article_id, [] AS shingles, [] AS anchors
FROM articles
WHERE article_id NOT IN (SELECT article_id FROM state.fingerprints)
ORDER BY number;
