CREATE OR REPLACE VIEW share_of_voice AS
WITH heard AS (
    SELECT
        CAST(date_trunc('week', a.reported_at AT TIME ZONE 'UTC') AS DATE)  AS week,
        m.entity_id                                                         AS entity_id,
        count(DISTINCT a.article_id)                                        AS articles
    FROM articles AS a
    JOIN mentions AS m ON m.article_id = a.article_id
    WHERE a.relevant AND a.copy_of IS NULL
    GROUP BY ALL
)
SELECT
    week,
    entity_id,
    articles,
    articles / sum(articles) OVER (PARTITION BY week, split_part(entity_id, ':', 1)) AS share
FROM heard;
COMMENT ON VIEW share_of_voice IS 'How much of a week''s attention an entity has among those of its kind (companies among companies, products among products).';
COMMENT ON COLUMN share_of_voice.week IS 'Monday of the ISO week of reported_at, UTC.';
COMMENT ON COLUMN share_of_voice.entity_id IS 'Entity or topic that is mentioned.';
COMMENT ON COLUMN share_of_voice.articles IS 'Relevant articles that mention it, without copies.';
COMMENT ON COLUMN share_of_voice.share IS 'articles, divided by the sum of articles over all entities of the same kind in the week; 0 to 1, and 1 in all for a week and kind.';
