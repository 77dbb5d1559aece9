-- Params: ids
-- What the last used answers said of themselves, by source and address.
SELECT source_id, url, etag, last_modified, body_hash, more
FROM state.validators
WHERE source_id IN (SELECT unnest($ids));
