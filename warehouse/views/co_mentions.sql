CREATE OR REPLACE VIEW co_mentions AS
SELECT week, entity_a, entity_b, articles FROM state.pair_weeks;
COMMENT ON VIEW co_mentions IS 'Which entities and topics are mentioned in the same article, by week. Each pair stands once.';
COMMENT ON COLUMN co_mentions.week IS 'Monday of the ISO week of reported_at, UTC.';
COMMENT ON COLUMN co_mentions.entity_a IS 'The one that comes first in the alphabet.';
COMMENT ON COLUMN co_mentions.entity_b IS 'The other one.';
COMMENT ON COLUMN co_mentions.articles IS 'Relevant articles that mention both, without copies.';
