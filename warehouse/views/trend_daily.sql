CREATE OR REPLACE VIEW trend_daily AS
SELECT day, entity_id, language, articles, copies, publishers FROM state.trend_days;
COMMENT ON VIEW trend_daily IS 'How many relevant articles mention an entity or topic, by day and language. Days without any have no row.';
COMMENT ON COLUMN trend_daily.day IS 'Day of reported_at, UTC.';
COMMENT ON COLUMN trend_daily.entity_id IS 'Entity or topic that is mentioned.';
COMMENT ON COLUMN trend_daily.language IS 'Language of the articles; null where it is not known.';
COMMENT ON COLUMN trend_daily.articles IS 'Articles that mention it, without copies.';
COMMENT ON COLUMN trend_daily.copies IS 'Copies that mention it; not counted in articles.';
COMMENT ON COLUMN trend_daily.publishers IS 'Different publishers of these articles and copies.';
