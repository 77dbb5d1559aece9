-- Params: shingles
-- The fingerprints of all articles that share at least six of these shingles, whole.
WITH candidates AS (
    SELECT article_id
    FROM state.shingles
    WHERE shingle IN (SELECT unnest($shingles))
    GROUP BY article_id
    HAVING count(*) >= 6
)
SELECT articles.article_id, any_value(articles.publisher) AS publisher, any_value(articles.reported_at) AS reported_at,
       any_value(articles.copy_of) AS copy_of, list(shingles.shingle ORDER BY shingles.shingle) AS shingles
FROM candidates
JOIN articles USING (article_id)
JOIN state.shingles AS shingles USING (article_id)
GROUP BY articles.article_id
ORDER BY reported_at, articles.article_id;
