-- Articles that came or were revised after a position, in the order in which they were stored.
-- Params: after (number), most
SELECT number, article_id FROM state.fingerprints WHERE number > $after ORDER BY number LIMIT $most;
