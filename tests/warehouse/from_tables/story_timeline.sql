WITH reports AS (
    SELECT d.*, l.role, l.basis AS word, l.article_id, a.reported_at AS own_at
    FROM developments AS d
    JOIN development_articles AS l USING (development_id)
    JOIN articles AS a USING (article_id)
),
officials AS (
    SELECT development_id,
           coalesce(
               min(article_id) FILTER (own_at = official_at), arg_min(article_id, (own_at, article_id))
           ) AS article_id
    FROM reports
    WHERE word = 'official' AND official_at > reported_at
    GROUP BY development_id
),
events AS (
    SELECT story_id, if(role = 'first', reported_at, own_at) AS happened_at,
           CASE role WHEN 'first' THEN 'reported' WHEN 'confirms' THEN 'confirmed' WHEN 'repeats' THEN 'repeated' END AS kind,
           development_id, word AS basis, article_id, NULL AS other_story_id
    FROM reports
    UNION ALL
    SELECT story_id, official_at, 'official', development_id, 'official', o.article_id, NULL
    FROM officials AS o JOIN developments USING (development_id)
    UNION ALL
    SELECT story_id, withdrawn_at, 'withdrawn', development_id, NULL, withdrawn_by, NULL
    FROM developments WHERE state = 'withdrawn'
    UNION ALL
    SELECT story_id, reported_at, 'background', NULL, NULL, article_id, NULL
    FROM articles
    WHERE story_id IS NOT NULL AND article_id NOT IN (SELECT article_id FROM development_articles)
    UNION ALL
    SELECT unnest([story_id, successor_id]), changed_at, change, NULL, NULL, NULL, unnest([successor_id, story_id])
    FROM story_lineage
)
SELECT e.story_id, e.happened_at, e.kind, e.development_id, d.event_type, d.status, e.basis, d.what, e.article_id,
       a.publisher, a.language, a.title, a.url,
       CASE WHEN e.article_id IS NOT NULL THEN a.copy_of IS NOT NULL END AS copied, e.other_story_id
FROM events AS e
LEFT JOIN developments AS d USING (development_id)
LEFT JOIN articles AS a ON a.article_id = e.article_id;
