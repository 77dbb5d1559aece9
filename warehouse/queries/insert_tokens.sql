-- Params: reports (position, day and tokens of each)
INSERT INTO state.tokens
SELECT unnest(report.tokens), report.position, report.day
FROM (SELECT unnest($reports::STRUCT(position BIGINT, day DATE, tokens BIGINT[])[]) AS report);
