-- Params: numbers
-- What the articles with these numbers are. After gather_window.
SELECT number, article_id, publisher, reported_at, copy_of
FROM window_texts
WHERE number IN (SELECT unnest($numbers));
