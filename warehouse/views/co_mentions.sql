CREATE OR REPLACE VIEW co_mentions AS
WITH mentioned AS (
    SELECT DISTINCT
        CAST(date_trunc('week', a.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        a.article_id                                                        AS article_id,
        m.entity_id                                                         AS entity_id
    FROM articles AS a
    JOIN mentions AS m ON m.article_id = a.article_id
    WHERE a.relevant AND a.copy_of IS NULL
)
SELECT
    one.week            AS week,
    one.entity_id       AS entity_a,
    other.entity_id     AS entity_b,
    count(*)            AS articles
FROM mentioned AS one
JOIN mentioned AS other ON other.article_id = one.article_id AND one.entity_id < other.entity_id
GROUP BY ALL;
COMMENT ON VIEW co_mentions IS 'Which entities and topics are mentioned in the same article, by week. Each pair stands once.';
COMMENT ON COLUMN co_mentions.week IS 'Monday of the ISO week of reported_at, UTC.';
COMMENT ON COLUMN co_mentions.entity_a IS 'The one that comes first in the alphabet.';
COMMENT ON COLUMN co_mentions.entity_b IS 'The other one.';
COMMENT ON COLUMN co_mentions.articles IS 'Relevant articles that mention both, without copies.';
