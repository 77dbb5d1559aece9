-- All articles, in any order, for an index that is made to be asked once.
SELECT rowid::BIGINT AS number, article_id, publisher, language, reported_at, title, lead, text
FROM articles;
