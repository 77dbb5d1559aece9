-- Articles a week that name the entities most named since a Monday, and their share among their kind; no topics.
-- Params: since, most (entities)
WITH named AS (
    SELECT v.entity_id, e.name, e.kind, v.week, v.articles, v.share
    FROM share_of_voice AS v
    JOIN entities AS e ON e.entity_id = v.entity_id
    WHERE v.week >= $since AND e.kind <> 'topic' AND v.articles > 0
),
ranked AS (
    SELECT entity_id, sum(articles) AS in_all FROM named GROUP BY entity_id ORDER BY in_all DESC, entity_id LIMIT $most
)
SELECT n.entity_id, n.name, n.kind, n.week, n.articles, n.share
FROM named AS n
JOIN ranked AS r ON r.entity_id = n.entity_id
ORDER BY r.in_all DESC, n.entity_id, n.week;
