-- Params: columns (names)
-- Where ids stand in the open file.
SELECT schema_name, table_name, column_name
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal AND list_contains($columns::VARCHAR[], column_name)
    AND (schema_name, table_name) IN (
        SELECT (schema_name, table_name) FROM duckdb_tables()
        WHERE database_name = current_database() AND NOT internal AND NOT temporary
    )
ORDER BY ALL;
