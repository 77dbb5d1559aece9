"""What the journal of sending knows better than a warehouse that was made anew: alerts that have been sent since."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from flows.alerts.rules import GIVE_UP, GIVEN_UP_ATTEMPTS
from warehouse.database import Connection, run, transaction
from warehouse.journal import Event, Journal
from warehouse.judged import Alert
from warehouse.outbox import due_alerts, note_attempt, note_doubt, note_given_up, note_result

log = structlog.get_logger()

#: Where nothing is known of what was sent, news of the last day is sent, perhaps again; what is older will have been.
REPEATED_FOR = timedelta(days=1)


def catch_up(con: Connection, journal: Journal, may_go_out: Callable[[Alert], bool]) -> None:
    """Bring the outbox up to what the journal knows.

    What was sent is noted as sent. What was about to be sent, and may have been, is tried once more, and says that it
    may be a repeat. Where the journal itself had been lost, so is what was decided in the day before. While batches
    come back into a warehouse that was made anew, older alerts of which nothing is known, and that `may_go_out`, count
    as sent, and what has failed for long as given up: a flood of old news is worse than one message that was told
    already. Where a backup was restored, news that was reported between the two says that it may be a repeat.
    """
    waiting = due_alerts(con)
    if not waiting or not journal.known:
        return
    events = journal.last_events()
    unknown = _Unknown(con, journal)
    doubted: list[Alert] = []
    told = 0
    for alert in waiting:
        event, at = events.get(alert.alert_id, (None, None))
        if event == "sent":
            _note_sent(con, alert, at)
            told += 1
        elif alert.attempts:
            continue
        elif event == "failed":
            _give_up(con, alert, unknown)
        elif event == "trying" or unknown.perhaps_sent(alert):
            _doubt(con, alert, event)
            doubted.append(alert)
        elif event is None and unknown.long_ago(alert) and may_go_out(alert):
            _note_sent(con, alert, unknown.rebuilt_at)
            told += 1
    if told or doubted:
        log.warning("outbox_caught_up", sent=told, perhaps_sent=len(doubted))


def _doubt(con: Connection, alert: Alert, event: Event | None) -> None:
    """Make `alert` say that it may be a repeat, as a kill while sending does; what is held stays so until its time."""
    with transaction(con):
        if event == "trying" or alert.state == "pending":
            note_attempt(con, alert.alert_id, now=alert.created_at)
        else:
            note_doubt(con, alert.alert_id)


def _give_up(con: Connection, alert: Alert, unknown: "_Unknown") -> None:
    if unknown.rebuilt_at is not None and alert.created_at < unknown.rebuilt_at - GIVE_UP:
        with transaction(con):
            note_given_up(
                con, alert.alert_id, GIVEN_UP_ATTEMPTS, "given up before the warehouse was made anew"
            )


def _note_sent(con: Connection, alert: Alert, at: datetime | None) -> None:
    """Note that `alert` was sent at `at`."""
    with transaction(con):
        note_result(con, alert.alert_id, state="sent", sent_at=at)


class _Unknown:
    """The times of which it is not known what was sent in them."""

    def __init__(self, con: Connection, journal: Journal) -> None:
        self.rebuilt_at = journal.rebuilt_at()
        self._lost_at = journal.lost_at()
        self._restored = journal.restored()
        self._reported = dict(run(con, "alerts_reported")) if self._restored else {}

    def perhaps_sent(self, alert: Alert) -> bool:
        if self._lost_at is not None and self._lost_at - REPEATED_FOR <= alert.created_at < self._lost_at:
            return True
        reported_at = self._reported.get(alert.alert_id)
        return (
            self._restored is not None
            and reported_at is not None
            and self._restored[0] <= reported_at < self._restored[1]
        )

    def long_ago(self, alert: Alert) -> bool:
        return self.rebuilt_at is not None and alert.created_at < self.rebuilt_at - REPEATED_FOR
