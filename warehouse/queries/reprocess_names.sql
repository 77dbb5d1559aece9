-- Which ids become which; filled where there are any.
CREATE OR REPLACE TEMP TABLE new_names (old_name VARCHAR, new_name VARCHAR);
