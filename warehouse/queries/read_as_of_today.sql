-- Of the tables and views that a statement names: tables without a temporary view of their name, and views without one
-- that read what a load keeps ready; and of the macros it calls those with a zone, which do too.
-- Params: statement
WITH named AS (
    SELECT DISTINCT unnest(regexp_extract_all(json_serialize_sql($statement)::VARCHAR, '"(?:table|function)_name":"([^"]+)"', 1)) AS name
),
followed AS (
    SELECT view_name AS name FROM duckdb_views() WHERE temporary
),
stored AS (
    SELECT table_name AS name
    FROM duckdb_tables()
    WHERE NOT internal AND database_name = current_database()
    UNION
    SELECT function_name FROM duckdb_functions() WHERE database_name = current_database() AND parameters = ['zone']
    UNION
    SELECT view_name
    FROM duckdb_views()
    WHERE NOT internal AND NOT temporary AND database_name = current_database() AND regexp_matches(sql, '\bstate\.')
)
SELECT name
FROM named
SEMI JOIN stored USING (name)
ANTI JOIN followed USING (name)
ORDER BY name;
