-- Params: shingles, known (ids of articles that are left out)
-- Which originals, with their publishers, hold the shingles, themselves or in a copy.
SELECT DISTINCT found.shingle, originals.article_id AS text, originals.publisher
FROM state.shingles AS found
JOIN articles USING (article_id)
JOIN articles AS originals ON originals.article_id = coalesce(articles.copy_of, articles.article_id)
WHERE found.shingle IN (SELECT unnest($shingles)) AND found.article_id NOT IN (SELECT unnest($known));
