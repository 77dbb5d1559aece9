-- The developments of stories in the order of their reporting, the newest of each at the most, and how many each has.
-- Params: ids, most (a story)
SELECT
    d.story_id, d.development_id, s.title AS story, t.language AS story_language,
    count(*) OVER (PARTITION BY d.story_id) AS total
FROM developments AS d
JOIN stories AS s ON s.story_id = d.story_id
LEFT JOIN articles AS t ON t.article_id = s.title_article_id
WHERE d.story_id IN (SELECT unnest($ids::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY d.story_id ORDER BY d.reported_at DESC, d.development_id) <= $most
ORDER BY d.story_id, d.reported_at, d.development_id;
