COMMENT ON COLUMN requests.source_id IS 'Source that it was made for (sources.source_id); null where for none alone (robots.txt).';
COMMENT ON COLUMN requests.http_status IS 'HTTP status of the answer, a number from 100 to 599; null where none came.';
COMMENT ON COLUMN requests.position IS 'Place among the requests of the order, counted from 0.';
