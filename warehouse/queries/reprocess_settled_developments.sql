-- Developments that were found as they were known: by the same id, with the same sentence of the same article.
CREATE OR REPLACE TEMP TABLE settled_developments AS
SELECT n.development_id
FROM developments AS n
JOIN before.developments AS o ON o.development_id = n.development_id
WHERE n.event_type = o.event_type AND n.first_article_id = o.first_article_id AND n.sentence = o.sentence;
FROM settled_developments;
