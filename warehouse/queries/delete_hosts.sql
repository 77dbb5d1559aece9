-- Params: hosts, now
-- Of the hosts whose rest is told anew, and of those that have rested.
DELETE FROM state.hosts WHERE host IN (SELECT unnest($hosts)) OR until <= $now;
