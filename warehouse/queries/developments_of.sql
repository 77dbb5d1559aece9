-- Params: ids
-- The developments that these articles report.
SELECT DISTINCT development_id FROM development_articles WHERE article_id IN (SELECT unnest($ids));
