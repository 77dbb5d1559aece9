SELECT state, count(*) FROM sources WHERE state <> 'removed' GROUP BY state ORDER BY state;
