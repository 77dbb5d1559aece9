-- Stories found anew beside known ones that share articles with them, but for those that are settled.
WITH pairs AS (
    SELECT n.story_id AS new_id, o.story_id AS old_id, count(*) AS both
    FROM articles AS n
    JOIN before.articles AS o ON o.article_id = n.article_id
    WHERE n.story_id NOT IN (FROM settled_stories) AND o.story_id NOT IN (FROM settled_stories)
    GROUP BY ALL
)
SELECT p.new_id, p.old_id, p.both / (n.articles + o.articles - p.both) AS shared
FROM pairs AS p
JOIN stories AS n ON n.story_id = p.new_id
JOIN before.stories AS o ON o.story_id = p.old_id;
