-- Params: snapshot, the name of the attached one
-- Returns a row for each column of its tables that the open file has too, in their order.
SELECT theirs.schema_name, theirs.table_name, theirs.column_name, ours.comment, ours.is_nullable
FROM duckdb_columns() AS theirs
JOIN duckdb_tables() AS tables
  ON tables.database_oid = theirs.database_oid AND tables.table_oid = theirs.table_oid
JOIN duckdb_columns() AS ours
  ON ours.database_name = current_database() AND ours.schema_name = theirs.schema_name
 AND ours.table_name = theirs.table_name AND ours.column_name = theirs.column_name
WHERE theirs.database_name = $snapshot
ORDER BY theirs.schema_name, theirs.table_name, theirs.column_index;
