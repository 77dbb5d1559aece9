-- When the newest version of each of these articles was seen; no row for those that are not there.
-- Params: ids
SELECT article_id, max(seen_at) FROM revisions WHERE article_id IN (SELECT unnest($ids)) GROUP BY article_id;
