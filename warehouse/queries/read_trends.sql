-- Texts, copies and publishers by period over the last periods, and (with start null) over all of them; and the texts
-- and copies of days on which some source-day is covered.
-- Params: dimension (entity, event, publisher, language), period (week, day), since (first day), zone,
-- entity_id (null for all)
WITH chosen AS (
    SELECT
        article_id,
        publisher,
        language,
        copy_of IS NOT NULL                                                             AS copied,
        news_day(published_at, published_from, reported_at, first_seen_at, $zone)       AS day
    FROM articles
    -- A day in the zone, and a date of a page, differ from reported_at by less than three days.
    WHERE relevant AND reported_at >= CAST($since AS DATE) - INTERVAL 3 DAY
        AND (
            $entity_id::VARCHAR IS NULL
            OR article_id IN (
                SELECT m.article_id
                FROM state.mentioned AS m
                WHERE m.day >= CAST($since AS DATE) - 3 AND list_contains(m.entities, $entity_id)
            )
        )
),
keyed AS (
    SELECT article_id, key
    FROM (
        SELECT article_id, unnest(entities) AS key
        FROM state.mentioned
        WHERE $dimension = 'entity' AND day >= CAST($since AS DATE) - 3
    )
    WHERE $entity_id::VARCHAR IS NULL OR key = $entity_id
    UNION ALL
    SELECT DISTINCT l.article_id, d.event_type
    FROM development_articles AS l
    SEMI JOIN chosen AS c ON c.article_id = l.article_id
    JOIN developments AS d ON d.development_id = l.development_id
    WHERE $dimension = 'event' AND d.state = 'standing'
    UNION ALL
    SELECT article_id, publisher FROM chosen WHERE $dimension = 'publisher'
    UNION ALL
    SELECT article_id, language FROM chosen WHERE $dimension = 'language'
),
placed AS (
    SELECT
        CAST(date_trunc($period, c.day) AS DATE)                                        AS start,
        k.key,
        c.copied,
        c.publisher,
        c.day IN (SELECT day FROM covered_days WHERE state <> 'missed')                 AS covered
    FROM chosen AS c
    JOIN keyed AS k ON k.article_id = c.article_id
    WHERE c.day >= CAST($since AS DATE)
)
SELECT
    p.start                                         AS start,
    p.key                                           AS key,
    any_value(coalesce(e.name, p.key))              AS name,
    count(*) FILTER (WHERE NOT p.copied)            AS texts,
    count(*) FILTER (WHERE p.copied)                AS copies,
    count(DISTINCT p.publisher)                     AS publishers,
    count(*) FILTER (WHERE p.covered AND NOT p.copied) AS covered_texts,
    count(*) FILTER (WHERE p.covered AND p.copied)  AS covered_copies
FROM placed AS p
LEFT JOIN entities AS e ON e.entity_id = p.key AND $dimension = 'entity'
GROUP BY GROUPING SETS ((p.start, p.key), (p.key))
ORDER BY start, key;
