SELECT max(finished_at) FROM runs;
