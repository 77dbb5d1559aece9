-- Params: number (from 1)
-- Which version of the file `before` came in that place.
SELECT concat(article_id, ' ', revision) FROM before.revisions ORDER BY rowid LIMIT 1 OFFSET $number - 1;
