-- The newest report of a development, null where there is none.
SELECT max(reported_at) FROM developments;
