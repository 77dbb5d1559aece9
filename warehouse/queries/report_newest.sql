-- The newest report of a development, and the newest week in which an entity was mentioned; null where there is none.
SELECT (SELECT max(reported_at) FROM developments) AS development_at, (SELECT max(week) FROM share_of_voice) AS week;
