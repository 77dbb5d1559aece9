"""The only place that knows SQL: plan, load, judgement of copies, stories and developments, snapshot."""
