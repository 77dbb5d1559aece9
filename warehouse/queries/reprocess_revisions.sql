-- Params: ids
SELECT article_id, revision, title, text, seen_at FROM before.revisions WHERE article_id IN (SELECT unnest($ids));
