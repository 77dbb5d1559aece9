-- What was gone once and is found again is not gone.
DELETE FROM gone_developments WHERE development_id IN (SELECT development_id FROM developments);
