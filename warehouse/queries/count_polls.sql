-- Counts the chosen polls by day and source.
MERGE INTO poll_days AS kept
USING (
    SELECT
        CAST(started_at AT TIME ZONE 'UTC' AS DATE) AS day,
        source_id,
        count(*) FILTER (outcome <> 'failed') AS polls_ok,
        count(*) FILTER (outcome = 'failed') AS polls_failed,
        coalesce(sum(new_items), 0)::BIGINT AS new_items
    FROM dropped_polls
    GROUP BY ALL
) AS counted
ON kept.day = counted.day AND kept.source_id = counted.source_id
WHEN MATCHED THEN UPDATE SET
    polls_ok = kept.polls_ok + counted.polls_ok,
    polls_failed = kept.polls_failed + counted.polls_failed,
    new_items = kept.new_items + counted.new_items
WHEN NOT MATCHED THEN INSERT (day, source_id, polls_ok, polls_failed, new_items)
    VALUES (counted.day, counted.source_id, counted.polls_ok, counted.polls_failed, counted.new_items);
