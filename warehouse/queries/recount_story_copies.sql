-- Params: ids (of articles that have another original since)
-- The stories of these articles count their copies anew: judgement does not look at a story where the original is not
-- relevant itself.
UPDATE stories SET copies = counted.copies
FROM (
    SELECT story_id, count(copy_of)::INTEGER AS copies
    FROM articles
    WHERE story_id IN (SELECT story_id FROM articles WHERE article_id IN (SELECT unnest($ids)))
    GROUP BY story_id
) AS counted
WHERE counted.story_id = stories.story_id AND counted.copies <> stories.copies;
