-- Source-days by period, and how many of them are covered.
-- Params: period (week, day), since (first day)
SELECT
    CAST(date_trunc($period, day) AS DATE)          AS start,
    count(*)                                        AS source_days,
    count(*) FILTER (WHERE state <> 'missed')       AS covered_days
FROM covered_days
WHERE day >= CAST($since AS DATE)
GROUP BY ALL
ORDER BY start;
