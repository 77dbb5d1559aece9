-- The name under which the file is attached that queries read and write.
SELECT current_database();
