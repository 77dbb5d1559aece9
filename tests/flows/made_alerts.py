"""Alerts on news as the ledger has them, for tests of when they go out."""

from warehouse.judged import Alert


def an_alert(number, at, error=None):
    """An alert of the rule `desk` that was decided at a time and waits; `error` says why it had to."""
    return Alert(
        alert_id=f"n{number:03}",
        kind="development",
        development_id=f"d{number}",
        rule="desk",
        channel="json",
        state="pending",
        created_at=at,
        sent_at=None,
        attempts=0,
        error=error,
        title="T",
        body="B",
    )
