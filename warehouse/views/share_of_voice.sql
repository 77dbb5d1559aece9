CREATE OR REPLACE VIEW share_of_voice AS
SELECT
    week,
    entity_id,
    articles,
    articles / sum(articles) OVER (PARTITION BY week, split_part(entity_id, ':', 1)) AS share
FROM state.entity_weeks;
COMMENT ON VIEW share_of_voice IS 'How much of a week''s attention an entity has among those of its kind (companies among companies, products among products).';
COMMENT ON COLUMN share_of_voice.week IS 'Monday of the ISO week of reported_at, UTC.';
COMMENT ON COLUMN share_of_voice.entity_id IS 'Entity or topic that is mentioned.';
COMMENT ON COLUMN share_of_voice.articles IS 'Relevant articles that mention it, without copies.';
COMMENT ON COLUMN share_of_voice.share IS 'articles, divided by the sum of articles over all entities of the same kind in the week; 0 to 1, and 1 in all for a week and kind.';
