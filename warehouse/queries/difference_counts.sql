-- How many rows of the view `difference` came, went and changed.
SELECT change, count(*) FROM difference GROUP BY change;
