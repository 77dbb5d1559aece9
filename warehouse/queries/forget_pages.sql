-- Pages of sources that left the watch are looked at no more.
-- Params: watched (ids of its sources)
DELETE FROM state.pages WHERE source_id NOT IN (SELECT unnest($watched));
