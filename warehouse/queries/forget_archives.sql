-- Nobody reads the past of sources that left the watch, are gone, or are read as another one.
DELETE FROM state.archives
WHERE source_id IN (SELECT source_id FROM sources WHERE state IN ('removed', 'gone', 'duplicate'));
