-- Params: shingles, least, ids
-- The fingerprints, whole, of all articles that share at least so many of these shingles, of the articles with these
-- ids, and of the originals of all these.
WITH candidates AS (
    SELECT article_id
    FROM state.shingles
    WHERE shingle IN (SELECT unnest($shingles))
    GROUP BY article_id
    HAVING count(*) >= $least
    UNION
    SELECT article_id FROM articles WHERE article_id IN (SELECT unnest($ids))
),
wanted AS (
    SELECT article_id FROM candidates
    UNION
    SELECT copy_of FROM articles JOIN candidates USING (article_id) WHERE copy_of IS NOT NULL
)
SELECT articles.article_id, any_value(articles.publisher) AS publisher, any_value(articles.reported_at) AS reported_at,
       any_value(articles.copy_of) AS copy_of,
       coalesce(list(shingles.shingle ORDER BY shingles.shingle) FILTER (shingles.shingle IS NOT NULL), []) AS shingles
FROM wanted
JOIN articles USING (article_id)
LEFT JOIN state.shingles AS shingles USING (article_id)
GROUP BY articles.article_id
ORDER BY reported_at, articles.article_id;
