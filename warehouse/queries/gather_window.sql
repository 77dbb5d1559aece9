-- Params: after (the number before the first one)
-- What the articles are whose fingerprints have a number after this one, for the queries that follow in this load; `text`
-- is the same for an original and its copies.
CREATE OR REPLACE TEMP TABLE window_texts AS
SELECT number, article_id, publisher, reported_at, copy_of, hash(coalesce(copy_of, article_id)) AS text
FROM (SELECT number, article_id FROM state.fingerprints WHERE number > $after) JOIN articles USING (article_id);
