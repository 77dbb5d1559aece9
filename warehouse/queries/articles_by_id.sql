-- Params: ids
-- The stored state of the articles with these ids.
SELECT article_id, url, source_id, publisher, language, title, lead, text, authors, published_at, published_from,
       reported_at, first_seen_at, revision, words, relevant, likeness, copy_of, story_id, text_from
FROM articles
WHERE article_id IN (SELECT unnest($ids));
