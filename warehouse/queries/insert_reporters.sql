-- Who reports the developments that were set aside. Returns their weeks.
INSERT INTO state.reporters BY NAME
SELECT
    development_id,
    CAST(date_trunc('week', any_value(first_at) AT TIME ZONE 'UTC') AS DATE)            AS week,
    any_value(event_type)                                                               AS event_type,
    any_value(status)                                                                   AS status,
    publisher,
    coalesce(bool_or(role = 'first'), false)                                            AS was_first,
    bool_and(copied)                                                                    AS by_copy,
    (epoch(min(reported_at)) - epoch(any_value(first_at))) / 3600                       AS lag_hours,
    coalesce(list(DISTINCT article_id) FILTER (article_id IS NOT NULL), [])             AS articles,
    coalesce(list(DISTINCT article_id) FILTER (copied), [])                             AS copies
FROM told_reports
WHERE state = 'standing'
GROUP BY development_id, publisher
ORDER BY week
RETURNING week;
