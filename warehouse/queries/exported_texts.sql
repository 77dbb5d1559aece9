-- Params: places
SELECT rowid AS place, revision AS number, seen_at, title, text
FROM temp.exported_revisions
WHERE rowid IN (SELECT unnest($places));
