CREATE OR REPLACE VIEW covered_days AS
WITH polled AS (
    SELECT source_id, min(day) AS first_day, max(day) AS last_day
    FROM coverage
    WHERE polls_ok + polls_failed > 0
    GROUP BY source_id
)
SELECT
    c.day           AS day,
    c.source_id     AS source_id,
    CASE
        WHEN c.polls_ok > 0 THEN 'read'
        WHEN r.day IS NOT NULL THEN 'reached'
        ELSE 'missed'
    END             AS state
FROM coverage AS c
JOIN polled AS p ON p.source_id = c.source_id AND c.day >= p.first_day
LEFT JOIN sources AS s ON s.source_id = c.source_id
LEFT JOIN (SELECT DISTINCT source_id, day FROM state.reached_days) AS r ON r.source_id = c.source_id AND r.day = c.day
WHERE c.day <= p.last_day OR coalesce(s.state NOT IN ('closed', 'duplicate', 'removed'), true);
COMMENT ON VIEW covered_days IS 'The source-days: a row for each day from the first poll of a source on, up to the newest poll of any; of one that was removed, has closed or leads to another source, up to its own last. A source-day is covered where the source was read on it, or where its next poll that worked reached back over it: what was published then is in the file, found late. Imported articles are of no source.';
COMMENT ON COLUMN covered_days.day IS 'Day on which the source was to be read, UTC.';
COMMENT ON COLUMN covered_days.source_id IS 'Source that was to be read.';
COMMENT ON COLUMN covered_days.state IS 'read (a poll worked on the day), reached (none did, and the next listing held what was known before, or nothing new: nothing is missing), missed (none did, and what was published may be missing). Read and reached days are covered.';

CREATE OR REPLACE MACRO covered_days_as_of(moment) AS TABLE
WITH looked AS (
    FROM coverage_as_of(moment)
),
polled AS (
    SELECT
        source_id,
        min(day)                                AS first_day,
        max(day)                                AS last_day,
        max(day) FILTER (WHERE polls_ok > 0)    AS read_day
    FROM looked
    WHERE polls_ok + polls_failed > 0
    GROUP BY source_id
)
SELECT
    c.day           AS day,
    c.source_id     AS source_id,
    CASE
        WHEN c.polls_ok > 0 THEN 'read'
        WHEN r.day < p.read_day THEN 'reached'
        ELSE 'missed'
    END             AS state
FROM looked AS c
JOIN polled AS p ON p.source_id = c.source_id AND c.day >= p.first_day
LEFT JOIN main.sources AS s ON s.source_id = c.source_id
LEFT JOIN (SELECT DISTINCT source_id, day FROM state.reached_days) AS r ON r.source_id = c.source_id AND r.day = c.day
WHERE c.day <= p.last_day OR coalesce(s.state NOT IN ('closed', 'duplicate', 'removed'), true);
COMMENT ON MACRO TABLE covered_days_as_of IS 'The view covered_days as of a moment: over which days a listing reached back was not known before it was read. Which sources have closed or lead to others is as of today.';
