-- The last time that the warehouse was made anew: no row where it never was.
SELECT rebuilt_at, cause, made_from, as_of, returned, set_aside
FROM rebuilds
ORDER BY rebuilt_at DESC
LIMIT 1;
