-- Originals that share most with an article: names, event types, figures and words, the rarer the more.
-- Params: entities, entity_weights, types, kinds, units, numbers (lists side by side), terms, without (ids), most
WITH wanted_entities AS (
    SELECT unnest($entities::VARCHAR[]) AS entity_id, unnest($entity_weights::DOUBLE[]) AS weight
),
wanted_figures AS (
    SELECT
        unnest($kinds::VARCHAR[])   AS kind,
        unnest($units::VARCHAR[])   AS unit,
        unnest($numbers::DOUBLE[])  AS number
),
hits AS (
    SELECT
        m.article_id,
        m.entity_id AS feature,
        any_value(w.weight)
            * max(CASE m.part WHEN 'title' THEN 1.0 WHEN 'lead' THEN 0.8 ELSE 0.3 END) AS weight
    FROM mentions AS m
    JOIN wanted_entities AS w ON w.entity_id = m.entity_id
    GROUP BY m.article_id, m.entity_id
    UNION ALL
    SELECT DISTINCT article_id, event_type, 0.3
    FROM claims
    WHERE is_news AND list_contains($types::VARCHAR[], event_type)
    UNION ALL
    SELECT DISTINCT f.article_id, concat_ws(' ', w.kind, w.unit, w.number), 0.3
    FROM figures AS f
    JOIN wanted_figures AS w
        ON w.kind = f.kind AND w.unit = f.unit AND abs(f.number - w.number) <= 0.05 * abs(w.number)
    UNION ALL
    SELECT
        article_id,
        unnest(list_filter($terms::VARCHAR[], lambda term: contains(title, term) OR contains(text, term))),
        0.3
    FROM articles
    WHERE copy_of IS NULL
),
rarities AS (
    SELECT feature, ln(((SELECT count(*) FROM articles) + 1) / (count(*) + 0.5)) AS rarity
    FROM hits
    GROUP BY feature
)
SELECT a.article_id, a.words
FROM hits AS h
JOIN rarities AS r ON r.feature = h.feature
JOIN articles AS a ON a.article_id = h.article_id
WHERE a.copy_of IS NULL AND NOT list_contains($without::VARCHAR[], a.article_id)
GROUP BY a.article_id, a.words, a.reported_at
ORDER BY sum(h.weight * greatest(r.rarity, 0.05)) DESC, a.reported_at DESC, a.article_id
LIMIT $most;
