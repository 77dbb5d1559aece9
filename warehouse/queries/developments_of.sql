-- Params: ids
-- The developments that these articles report, and those that they withdraw: a notice of its own reports none.
SELECT development_id FROM development_articles WHERE article_id IN (SELECT unnest($ids))
UNION
SELECT development_id FROM developments WHERE withdrawn_by IN (SELECT unnest($ids));
