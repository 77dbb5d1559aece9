-- Params: after (number of the last version that was read, 0 to begin), most
SELECT number, text_at, article_at, newest, loaded_at
FROM temp.exported_order
WHERE number > $after AND number <= $after + $most
ORDER BY number;
