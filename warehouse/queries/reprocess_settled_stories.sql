-- Stories that were found as they were known: by the same id, with the same articles.
CREATE OR REPLACE TEMP TABLE settled_stories AS
WITH news AS (
    SELECT story_id, count(*) AS articles, bit_xor(hash(article_id)) AS members FROM articles
    WHERE story_id IS NOT NULL GROUP BY story_id
),
olds AS (
    SELECT story_id, count(*) AS articles, bit_xor(hash(article_id)) AS members FROM before.articles
    WHERE story_id IS NOT NULL GROUP BY story_id
)
SELECT story_id FROM news JOIN olds USING (story_id, articles, members);
FROM settled_stories;
