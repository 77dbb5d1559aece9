-- The newest day of which anything is known, in a zone: of an article or of a poll; null where there is neither.
-- Params: zone
SELECT CAST(greatest((SELECT max(reported_at) FROM articles), (SELECT max(started_at) FROM polls)) AT TIME ZONE $zone AS DATE);
