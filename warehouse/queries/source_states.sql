-- Every source ever watched, with its state.
SELECT source_id, kind, url, publisher, language, state, failures, last_ok_at, next_poll_at, interval_s, error, advice
FROM sources;
