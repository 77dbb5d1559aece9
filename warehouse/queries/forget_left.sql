-- Of sources that left the watch, nobody asks for the pages that could not be had.
DELETE FROM state.pending_items
WHERE source_id IN (SELECT source_id FROM sources WHERE state = 'removed');
