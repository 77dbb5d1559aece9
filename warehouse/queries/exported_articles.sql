-- Params: places
SELECT rowid AS place, *
FROM temp.exported_articles
WHERE rowid IN (SELECT unnest($places));
