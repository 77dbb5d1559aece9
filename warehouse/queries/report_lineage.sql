-- What was merged into stories (came), what they were split off from (came), and what was split off from them.
-- Params: ids
WITH told AS (
    SELECT successor_id AS of_id, story_id AS other_id, change, changed_at, true AS came FROM story_lineage
    UNION ALL
    SELECT story_id, successor_id, change, changed_at, false FROM story_lineage WHERE change = 'split'
)
SELECT t.of_id, t.other_id, t.change, t.changed_at, t.came, s.title
FROM told AS t
LEFT JOIN stories AS s ON s.story_id = t.other_id
WHERE t.of_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY t.of_id, t.changed_at, t.other_id;
