-- Keeps the citations of articles that a batch brings new versions of.
-- Params: ids
INSERT INTO state.past_citations BY NAME
SELECT a.revision, s.*
FROM citations AS s
JOIN articles AS a ON a.article_id = s.article_id
WHERE s.article_id IN (SELECT unnest($ids)) AND a.article_id IN (SELECT unnest($ids));
