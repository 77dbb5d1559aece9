-- Params: note
-- Whether the open file says of the texts of articles that it has none.
SELECT count(*) > 0
FROM duckdb_columns()
WHERE database_name = current_database() AND table_name = 'articles' AND column_name = 'text' AND contains(comment, $note);
