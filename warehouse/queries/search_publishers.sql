-- Names of all publishers.
SELECT DISTINCT publisher FROM articles ORDER BY publisher;
