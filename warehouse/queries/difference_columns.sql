-- In which columns how many rows of the view `difference` changed.
SELECT name, count(*) AS rows
FROM (SELECT unnest(columns) AS name FROM difference)
GROUP BY name
ORDER BY rows DESC, name;
