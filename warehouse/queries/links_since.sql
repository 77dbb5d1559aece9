-- Since when articles are known to report developments.
-- Params: keys (lists of development_id and article_id)
SELECT l.development_id, l.article_id, l.linked_at
FROM development_articles AS l
JOIN (SELECT unnest($keys::VARCHAR[][]) AS pair) AS k ON k.pair[1] = l.development_id AND k.pair[2] = l.article_id;
