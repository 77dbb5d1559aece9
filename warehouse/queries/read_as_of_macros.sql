-- The macros that answer as of a moment, by the name that they stand for.
SELECT regexp_replace(function_name, '_as_of$', '') AS name, macro_definition AS definition
FROM duckdb_functions()
WHERE database_name = current_database() AND schema_name = 'main' AND function_type = 'table_macro'
    AND function_name LIKE '%\_as\_of' ESCAPE '\' AND parameters = ['moment'];
