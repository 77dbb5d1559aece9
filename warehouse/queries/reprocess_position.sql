-- How many versions and batches the file `before` holds, and which version came last.
SELECT
    (SELECT count(*) FROM before.revisions),
    (SELECT count(*) FROM before.state.batches),
    (SELECT concat(article_id, ' ', revision) FROM before.revisions ORDER BY rowid DESC LIMIT 1);
