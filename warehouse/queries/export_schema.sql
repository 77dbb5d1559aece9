-- Returns the newest migration of the file.
SELECT max(name) FROM migrations WHERE name NOT LIKE 'views:%';
