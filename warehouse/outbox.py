"""The outbox: alerts and their delivery state. Every note is one statement; the caller frames transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from warehouse.database import Connection, adapter, insert, rows, run
from warehouse.judged import Alert

AlertState = Literal["pending", "held", "sent", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAlert:
    """How an alert stands; `withdrawn` where it tells that its development was taken back."""

    state: AlertState
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSent:
    """When a rule sent last, and the place of that alert, the last of those of the moment, in the order of sending."""

    sent_at: datetime
    place: tuple[datetime, str]


def save_alerts(con: Connection, alerts: Sequence[Alert]) -> int:
    """Store new alerts and return how many are new; of a known one rewrite what it says unless it has been sent.

    A held one takes the new state; one that is pending or failed stays so, with its attempts.
    """
    latest = {alert.alert_id: alert for alert in alerts}
    if not latest:
        return 0
    known = known_alert_ids(con)
    for alert in latest.values():
        if alert.alert_id in known:
            run(
                con,
                "alert_rewrite",
                alert_id=alert.alert_id,
                state=alert.state,
                title=alert.title,
                body=alert.body,
                says=alert.says,
                told=alert.told,
            )
    new = [alert for alert in latest.values() if alert.alert_id not in known]
    insert(con, "alerts", [{name: getattr(alert, name) for name in Alert.__slots__} for alert in new])
    return len(new)


def known_alerts(con: Connection) -> dict[str, KnownAlert]:
    """Return by id how all alerts stand."""
    found = rows(con, "alert_states")
    return {row.pop("alert_id"): KnownAlert(**row) for row in found}


def due_alerts(con: Connection) -> tuple[Alert, ...]:
    """Return all alerts that have not been sent (pending, held, failed), the oldest first."""
    return tuple(adapter(Alert).validate_python(row) for row in rows(con, "alert_due"))


def known_alert_ids(con: Connection) -> frozenset[str]:
    """Return the ids of all alerts there are, whatever their state."""
    return frozenset(alert_id for (alert_id,) in run(con, "alert_ids"))


def sent_alerts(con: Connection) -> Mapping[str, datetime]:
    """Return by id when each alert was sent that was."""
    return dict(run(con, "alerts_sent"))


def last_sent(con: Connection) -> Mapping[str, LastSent]:
    """Return by rule what went out last, nothing of one of which nothing did."""
    return {
        rule: LastSent(sent_at=at, place=(last["created_at"], last["alert_id"]))
        for rule, at, last in run(con, "alerts_last_sent")
    }


def messages_since(con: Connection, since: datetime) -> Mapping[str, Sequence[datetime]]:
    """Return by rule when its messages on developments went out after `since`, a digest once."""
    found: dict[str, list[datetime]] = {}
    for rule, at in run(con, "alerts_sent_since", since=since):
        found.setdefault(rule, []).append(at)
    return found


def health_alert_states(con: Connection) -> dict[str, AlertState]:
    """Return by id the states of all alerts on the pipeline's own health."""
    return dict(run(con, "alert_states_health"))


def origins_of_held(con: Connection) -> Mapping[str, int]:
    """Return the independent origins, by id, of the developments of alerts that may wait for further ones."""
    return dict(run(con, "alert_origins"))


def note_attempt(con: Connection, *alert_ids: str, now: datetime, message_id: str | None = None) -> None:
    """Note that alerts are about to be sent: they are pending with one attempt more until the result is noted.

    `message_id` is the message that they go out with, None where that is not known.
    """
    run(con, "alert_attempt", ids=list(alert_ids), now=now, message=message_id)


def note_held_back(con: Connection, *alert_ids: str, reason: str) -> None:
    """Note that alerts that have not been tried wait, and why."""
    run(con, "alert_held_back", ids=list(alert_ids), error=reason)


def note_result(
    con: Connection,
    *alert_ids: str,
    state: Literal["sent", "failed"],
    sent_at: datetime | None = None,
    error: str | None = None,
) -> None:
    """Note what became of an attempt: `sent_at` for sent ones (UTC), `error` (no secret) for failed ones."""
    run(con, "alert_result", ids=list(alert_ids), state=state, sent_at=sent_at, error=error)


def note_doubt(con: Connection, *alert_ids: str) -> None:
    """Note that held alerts may have been sent: they stay held, with an attempt of which no result is known."""
    run(con, "alert_doubt", ids=list(alert_ids))


def note_given_up(con: Connection, alert_id: str, attempts: int, error: str) -> None:
    """Note that an alert had failed so often (`attempts`) that it is not tried any more by itself."""
    run(con, "alert_given_up", alert_id=alert_id, attempts=attempts, error=error)


def retry_failed(con: Connection, alert_id: str | None) -> None:
    """Make failed alerts due at once: all of them, or those whose id is or starts with `alert_id`.

    What was never tried, for its rule was gone, is held as before.
    """
    run(con, "alert_retry", alert_id=alert_id)
