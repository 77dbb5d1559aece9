-- One row a token again.
CREATE OR REPLACE TEMP TABLE gathered AS
SELECT token, sum(reports)::BIGINT AS reports FROM state.frequencies GROUP BY token HAVING sum(reports) <> 0;
DELETE FROM state.frequencies;
INSERT INTO state.frequencies FROM gathered ORDER BY token;
DROP TABLE gathered;
