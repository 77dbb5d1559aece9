-- Params: ids
-- What is known of sources that the watch may not have any more.
SELECT source_id, kind, url, interval_s, language, publisher
FROM before.sources
WHERE source_id IN (SELECT unnest($ids));
