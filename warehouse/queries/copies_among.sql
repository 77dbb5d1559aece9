-- Params: ids
-- The copies of these articles, and the originals of those of them that are copies.
SELECT article_id FROM articles WHERE copy_of IN (SELECT unnest($ids))
UNION
SELECT copy_of FROM articles WHERE article_id IN (SELECT unnest($ids)) AND copy_of IS NOT NULL
ORDER BY ALL;
