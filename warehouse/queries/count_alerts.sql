SELECT kind, state, count(*) AS alerts FROM alerts GROUP BY kind, state ORDER BY kind, state;
