-- What the last used answer of each source said of itself.
SELECT source_id, url, etag, last_modified, body_hash
FROM state.validators;
