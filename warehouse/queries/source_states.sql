-- Every source ever watched, with its state.
SELECT
    source_id, kind, url, publisher, language, state, interval_s, polled_url, polled_kind, pace_s, next_poll_at,
    failures, last_ok_at, error, advice, polled_at, asked_s, skip_hours, skip_days, failure_weight, failing_since, cause,
    cause_polls, evidence, tried, moved_to, moved_since, moved_polls, gone_at, replaced_since, replaced_for, looked_at, robots,
    last_new_at, quiet_polls, full_at, unmodified_polls, audited_at, trusted, untrusted_since, loss_at, losses,
    loss_gap_s, loss_items, selector
FROM sources;
