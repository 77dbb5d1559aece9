-- Params: ids, kept (lists of source_id and url)
-- Of these sources, but for the addresses that are kept.
DELETE FROM state.validators
WHERE source_id IN (SELECT unnest($ids))
    AND (source_id, url) NOT IN (SELECT (pair[1], pair[2]) FROM (SELECT unnest($kept) AS pair));
