CREATE OR REPLACE VIEW coverage AS
WITH polled AS (
    SELECT source_id, min(day) AS first_day, max(day) AS last_day
    FROM state.source_days
    WHERE polls_ok + polls_failed > 0
    GROUP BY source_id
),
span AS (
    SELECT
        p.source_id     AS source_id,
        p.first_day     AS first_day,
        CASE
            WHEN s.state = 'removed' THEN p.last_day
            ELSE (SELECT max(last_day) FROM polled)
        END             AS last_day
    FROM polled AS p
    LEFT JOIN sources AS s ON s.source_id = p.source_id
),
expected AS (
    SELECT source_id, CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day FROM span
)
SELECT
    coalesce(f.day, e.day)              AS day,
    coalesce(f.source_id, e.source_id)  AS source_id,
    coalesce(f.polls_ok, 0)             AS polls_ok,
    coalesce(f.polls_failed, 0)         AS polls_failed,
    coalesce(f.articles, 0)             AS articles
FROM expected AS e
FULL JOIN state.source_days AS f ON f.source_id = e.source_id AND f.day = e.day;
COMMENT ON VIEW coverage IS 'What was looked at and what was found, by day and source, so that no news (polls_ok above 0, articles 0) and no polling (polls_ok 0) differ. From the first poll of a source every day has a row, up to the day of the newest poll of any source, for a removed source of its own last.';
COMMENT ON COLUMN coverage.day IS 'Day of the polls, and of first_seen_at of the articles, UTC.';
COMMENT ON COLUMN coverage.source_id IS 'Source; import for imported articles, which no poll brings.';
COMMENT ON COLUMN coverage.polls_ok IS 'Polls that worked, whether or not they brought something new.';
COMMENT ON COLUMN coverage.polls_failed IS 'Polls that failed.';
COMMENT ON COLUMN coverage.articles IS 'Articles first seen on the day, relevant or not, copies counted.';
