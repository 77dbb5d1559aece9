-- Returns a row for each column of the public tables and views, in their order.
WITH surface AS (
    SELECT table_name, 'table' AS kind
    FROM duckdb_tables()
    WHERE database_name = current_database() AND schema_name = 'main'
    UNION ALL
    SELECT view_name, 'view'
    FROM duckdb_views()
    WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
)
SELECT s.table_name AS table_name, s.kind AS kind, c.column_name AS column_name, c.data_type AS data_type
FROM surface AS s
JOIN duckdb_columns() AS c
  ON c.database_name = current_database() AND c.schema_name = 'main' AND c.table_name = s.table_name
ORDER BY s.kind, s.table_name, c.column_index;
