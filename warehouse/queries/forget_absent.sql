-- Params: keys (lists of source_id and url)
-- Known pages that their feed, which lists all there is, has deleted: they are not looked at again.
DELETE FROM state.pages WHERE (source_id, url) IN (SELECT (pair[1], pair[2]) FROM (SELECT unnest($keys) AS pair));
