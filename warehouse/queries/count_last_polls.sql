-- Params: since
SELECT outcome, count(*) FROM polls WHERE started_at > $since GROUP BY outcome ORDER BY outcome;
