-- What stands beside developments: those they change (before), that change them (after), that say otherwise (against).
-- Whichever of two points at the other, both are against one another.
-- Params: ids
WITH asked AS (
    SELECT unnest($ids::VARCHAR[]) AS development_id
),
pairs AS (
    SELECT d.development_id AS development_id, d.supersedes AS other_id, 'before' AS relation
    FROM developments AS d
    UNION
    SELECT d.supersedes, d.development_id, 'after' FROM developments AS d
    UNION
    SELECT d.development_id, d.contradicts, 'against' FROM developments AS d
    UNION
    SELECT d.contradicts, d.development_id, 'against' FROM developments AS d
)
SELECT
    p.development_id AS of_id, p.relation, o.development_id, o.event_type, o.status, o.basis, o.what, o.sentence,
    o.reported_at, o.state, a.url, a.publisher, a.language
FROM asked AS w
JOIN pairs AS p ON p.development_id = w.development_id AND p.other_id <> p.development_id
JOIN developments AS o ON o.development_id = p.other_id
LEFT JOIN articles AS a ON a.article_id = o.first_article_id
ORDER BY of_id, p.relation, o.reported_at, o.development_id;
