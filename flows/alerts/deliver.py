"""Delivery: what is due in the outbox goes out, and every attempt is noted before and after it is made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from extractors.watch import AlertRule
from flows.alerts.apart import Apart, BrokenOffError
from flows.alerts.catching_up import catch_up
from flows.alerts.channel import DeliveryError
from flows.alerts.message import OVER, Message, counted, shown_time
from flows.alerts.rules import digest_is_due, has_origins, is_quiet, next_try_at, url_of
from flows.alerts.sending import BROKEN_OFF
from warehouse.database import Connection, transaction
from warehouse.journal import Event, Journal
from warehouse.judged import Alert
from warehouse.outbox import due_alerts, note_attempt, note_result, origins_of_held

log = structlog.get_logger()

#: Put under a message that may have gone out before.
REPEAT = "(may be a repeat: sending it was broken off before)"

#: Alerts in one digest message; more make several messages.
DIGEST_LENGTH = 20

#: Failures in a row after which a channel is left alone until the next cycle, so that no cycle hangs on it; one where
#: it took too long is enough.
PATIENCE = 2

#: What sends for this process; it is started when there is something to send, and ended after it.
_APART = Apart()


class Sender(Protocol):
    """Sends one message, or raises DeliveryError with a reason that holds no secret."""

    def __call__(self, url: str, title: str, body: str) -> None:
        """Send `title` and `body` to the Apprise URL `url`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How many alerts were `sent`, `failed` at this time, and are `held` for later."""

    sent: int = 0
    failed: int = 0
    held: int = 0


def deliver(
    con: Connection,
    rules: Sequence[AlertRule],
    environment: Mapping[str, str],
    now: datetime,
    send: Sender | None = None,
    *,
    journal: Journal | None = None,
) -> Delivery:
    """Send what is due, the oldest first; `send` None sends by Apprise. A dead channel stops no other one.

    An attempt is committed before it is made and its result after, so a kill leads to one repeat at the most,
    which says that it may be one. `journal` holds the same outside the warehouse: what it knows to be sent is not sent
    again by a warehouse that was made anew; None keeps none.

    Raises:
        OSError: the journal cannot be written; nothing more was sent.
    """
    origins, named = origins_of_held(con), {rule.name: rule for rule in rules}
    if journal is not None:
        catch_up(con, journal, lambda alert: _waits_for_time(alert, named.get(alert.rule), origins))
    waiting = due_alerts(con)
    sent = failed = 0
    noting = _Noting(con, journal, now)
    with closing(_APART):
        for rule in rules:
            due = [
                alert for alert in waiting if alert.rule == rule.name and _is_due(alert, rule, origins, now)
            ]
            done, undone = _deliver_rule(
                noting, rule, _groups(due, rule), environment, send or send_by_apprise
            )
            sent, failed = sent + done, failed + undone
    lost = [alert for alert in waiting if alert.rule not in named and alert.state != "failed"]
    for alert in lost:
        _Noting(con, None, now).failed([alert], f"rule {alert.rule}: no longer in the watch file")
    held = sum(alert.state == "held" for alert in due_alerts(con))
    return Delivery(sent=sent, failed=failed + len(lost), held=held)


def test_message(
    rule: AlertRule,
    environment: Mapping[str, str],
    now: datetime,
    send: Sender | None = None,  # noqa: PT028 - a command of that name, no test
) -> None:
    """Send a test message to the channel of `rule`.

    Raises:
        DeliveryError: it could not be sent; names rule and variable, never the URL.
    """
    body = f"This is a test of the alert rule {rule.name}, sent {shown_time(now)}. No news is behind it."
    message = Message(title=f"newswatch: test of {rule.name}", body=body)
    with closing(_APART):
        _send(rule, environment, message, send or send_by_apprise)


def may_have_arrived(alert: Alert) -> bool:
    """Tell whether an attempt to send `alert` was broken off, by a kill or because it took too long."""
    if alert.state == "failed":
        return alert.error is not None and alert.error.endswith(BROKEN_OFF)
    return alert.state in {"pending", "held"} and alert.attempts > 0


def send_by_apprise(url: str, title: str, body: str) -> None:
    """Send one message by Apprise, in a process of its own; it takes no longer than `apart.SILENT_S`.

    Raises:
        DeliveryError: with the reason in our own words, without the URL. BrokenOffError: it took too long.
    """
    _APART.send(url, title, body)


def _is_due(alert: Alert, rule: AlertRule, origins: Mapping[str, int], now: datetime) -> bool:
    """Tell whether `alert` goes out now; what concerns the pipeline itself keeps no quiet hours."""
    if alert.kind != "health" and is_quiet(rule, now):
        return False
    if alert.state == "failed":
        at = next_try_at(alert)
        return at is not None and at <= now
    if alert.state == "held":
        return has_origins(rule, alert, origins) and digest_is_due(rule, alert.created_at, now)
    return True


def _waits_for_time(alert: Alert, rule: AlertRule | None, origins: Mapping[str, int]) -> bool:
    """Tell whether `alert` waits for nothing but its time, and not for further origins."""
    return rule is None or alert.state != "held" or has_origins(rule, alert, origins)


def _groups(due: Sequence[Alert], rule: AlertRule) -> Iterator[Sequence[Alert]]:
    """Yield the alerts that go out in one message: those of a digest, and all on the health of the pipeline."""
    for kind, size in (
        ("health", DIGEST_LENGTH),
        ("development", 1 if rule.digest == "off" else DIGEST_LENGTH),
    ):
        own = [alert for alert in due if alert.kind == kind]
        yield from (own[start : start + size] for start in range(0, len(own), size))


def _deliver_rule(
    noting: "_Noting",
    rule: AlertRule,
    groups: Iterable[Sequence[Alert]],
    environment: Mapping[str, str],
    send: Sender,
) -> tuple[int, int]:
    sent = failed = in_a_row = 0
    for group in groups:
        noting.trying(group)
        try:
            _send(rule, environment, message_of(group), send)
        except DeliveryError as error:
            broken_off = isinstance(error, BrokenOffError)
            noting.failed(group, str(error), broken_off=broken_off)
            failed, in_a_row = failed + len(group), in_a_row + 1
            if broken_off or in_a_row == PATIENCE:
                break
            continue
        noting.sent(group)
        sent, in_a_row = sent + len(group), 0
        log.info("alerts_sent", rule=rule.name, alerts=len(group))
    return sent, failed


@dataclass(frozen=True, slots=True)
class _Noting:
    """Writes down what becomes of alerts at `now`: in the journal first, then in the warehouse, each for good."""

    con: Connection
    journal: Journal | None
    now: datetime

    def trying(self, group: Sequence[Alert]) -> None:
        self._journal("trying", group)
        with transaction(self.con):
            note_attempt(self.con, *_ids(group), now=self.now)

    def sent(self, group: Sequence[Alert]) -> None:
        self._journal("sent", group)
        with transaction(self.con):
            note_result(self.con, *_ids(group), state="sent", sent_at=self.now)

    def failed(self, group: Sequence[Alert], error: str, *, broken_off: bool = False) -> None:
        if not broken_off:  # else it may have arrived: the journal leaves it at the attempt
            self._journal("failed", group)
        with transaction(self.con):
            note_result(self.con, *_ids(group), state="failed", error=error)
        log.warning("alerts_not_sent", rule=group[0].rule, alerts=len(group), error=error)

    def _journal(self, event: Event, group: Sequence[Alert]) -> None:
        if self.journal is not None:
            self.journal.note(event, _ids(group), self.now)


def _ids(group: Sequence[Alert]) -> list[str]:
    return [alert.alert_id for alert in group]


def message_of(group: Sequence[Alert]) -> Message:
    """Return the message that tells these alerts, and that it may be a repeat where one of them may have arrived."""
    repeat = f"\n\n{REPEAT}" if any(map(may_have_arrived, group)) else ""
    if len(group) == 1:
        return Message(title=group[0].title, body=group[0].body + repeat)
    parts = [f"{number}. {alert.title}\n{alert.body}" for number, alert in enumerate(group, 1)]
    title = _of_health(group) if group[0].kind == "health" else f"{len(group)} developments"
    return Message(title=title, body="\n\n".join(parts) + repeat)


def _of_health(group: Sequence[Alert]) -> str:
    over = sum(alert.title.startswith(OVER) for alert in group)
    told = (
        counted(len(group) - over, "trouble") if over < len(group) else "",
        f"{over} over" if over else "",
    )
    return f"newswatch: {', '.join(filter(None, told))}"


def _send(rule: AlertRule, environment: Mapping[str, str], message: Message, send: Sender) -> None:
    """Send by `rule`'s channel; raises DeliveryError naming rule and, where it comes from one, the variable."""
    where = f"rule {rule.name}" + (f" ({rule.to})" if rule.to.startswith("env:") else "")
    url = url_of(rule, environment)
    if url is None:
        raise DeliveryError(f"{where}: the environment variable is not set")
    try:
        send(url, message.title, message.body)
    except DeliveryError as error:
        raise type(error)(f"{where}: {error}") from None
