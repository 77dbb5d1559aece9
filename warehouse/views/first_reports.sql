CREATE OR REPLACE VIEW first_reports AS
SELECT
    publisher                                           AS publisher,
    count(*)                                            AS developments,
    count(*) FILTER (WHERE was_first)                   AS first,
    median(lag_hours) FILTER (WHERE NOT was_first)      AS median_lag_hours,
    count(*) FILTER (WHERE by_copy)                     AS copies
FROM state.reporters
WHERE publisher IS NOT NULL
GROUP BY publisher;
COMMENT ON VIEW first_reports IS 'Which publishers report developments first, and how long the others take; developments that were withdrawn do not count.';
COMMENT ON COLUMN first_reports.publisher IS 'Publisher, as articles.publisher.';
COMMENT ON COLUMN first_reports.developments IS 'Number of developments it reported at all, also by copies, without those that were withdrawn since.';
COMMENT ON COLUMN first_reports.first IS 'Of developments: number of those it reported before all others.';
COMMENT ON COLUMN first_reports.median_lag_hours IS 'Median of the hours from the first report to its own, over the developments it did not report first; null where there are none.';
COMMENT ON COLUMN first_reports.copies IS 'Of developments: number of those it has from copies only.';
