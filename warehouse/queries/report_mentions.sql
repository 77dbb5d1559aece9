-- Articles a week that name the entities most named in the period; topics are left out.
-- Params: since, most (entities)
WITH named AS (
    SELECT DISTINCT m.entity_id, e.name, m.article_id, date_trunc('week', a.reported_at)::DATE AS week
    FROM mentions AS m
    JOIN articles AS a ON a.article_id = m.article_id
    JOIN entities AS e ON e.entity_id = m.entity_id
    WHERE a.reported_at >= $since AND a.relevant AND a.copy_of IS NULL AND e.kind <> 'topic'
),
ranked AS (
    SELECT entity_id, count(*) AS in_all FROM named GROUP BY entity_id ORDER BY in_all DESC, entity_id LIMIT $most
)
SELECT n.entity_id, n.name, n.week, count(*) AS articles
FROM named AS n
JOIN ranked AS r ON r.entity_id = n.entity_id
GROUP BY n.entity_id, n.name, n.week, r.in_all
ORDER BY r.in_all DESC, n.entity_id, n.week;
