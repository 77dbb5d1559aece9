-- Params: original, ids
-- An original that came after its copies: they, and what was taken for copies of theirs, are copies of it.
UPDATE articles SET copy_of = $original
WHERE article_id IN (SELECT unnest($ids)) OR copy_of IN (SELECT unnest($ids));
