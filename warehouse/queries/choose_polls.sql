-- The polls that are about to be dropped: older than that, but for the last of each source and the last that brought
-- something.
-- Params: before
CREATE OR REPLACE TEMP TABLE dropped_polls AS
SELECT source_id, started_at, outcome, new_items
FROM polls
QUALIFY
    started_at < $before
    AND started_at < max(started_at) OVER (PARTITION BY source_id)
    AND started_at IS DISTINCT FROM max(started_at) FILTER (outcome = 'new') OVER (PARTITION BY source_id);
