-- Sources that answer, or did until they failed, and have had nothing new for some time, with the polls before that
-- brought something, as far as the ledger knows them.
-- Params: shortest_s (of a silence, seconds), history_s (so long before it, seconds)
WITH quiet AS (
    SELECT source_id, last_new_at, last_ok_at
    FROM sources
    WHERE state IN ('ok', 'replaced', 'failing') AND last_ok_at - last_new_at > to_seconds($shortest_s)
)
SELECT
    q.source_id,
    any_value(q.last_new_at)                    AS last_new_at,
    any_value(q.last_ok_at)                     AS last_ok_at,
    coalesce(list(p.started_at ORDER BY p.started_at) FILTER (p.started_at IS NOT NULL), []) AS news
FROM quiet AS q
LEFT JOIN polls AS p
    ON p.source_id = q.source_id AND p.new_items > 0
    AND p.started_at BETWEEN q.last_new_at - to_seconds($history_s) AND q.last_new_at
GROUP BY q.source_id
ORDER BY q.source_id;
