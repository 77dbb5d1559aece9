-- Returns what the views and macros of the open file say.
SELECT sql FROM duckdb_views() WHERE database_name = current_database() AND NOT internal
UNION ALL
SELECT macro_definition FROM duckdb_functions() WHERE database_name = current_database() AND NOT internal;
