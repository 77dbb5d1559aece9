-- Params: shingles, texts
-- Those of the shingles that more than so many different texts hold, copies counted once.
SELECT shingle
FROM state.shingles JOIN articles USING (article_id)
WHERE shingle IN (SELECT unnest($shingles))
GROUP BY shingle
HAVING count(DISTINCT coalesce(copy_of, article_id)) > $texts;
