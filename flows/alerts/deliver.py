"""Delivery: what is due in the outbox goes out, and every attempt is noted before and after it is made."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from extractors.watch import AlertRule
from flows.alerts.apart import Apart, BrokenOffError, OneByOne, Outlet
from flows.alerts.catching_up import catch_up
from flows.alerts.channel import DeliveryError, is_refusal
from flows.alerts.channels import TOO_MANY, Channel, Group, Past, channels_due, is_held_back
from flows.alerts.envelope import REPEAT, envelope_of, message_id_of, message_of, test_envelope
from flows.alerts.hours import HOUR, digest_is_due, is_quiet
from flows.alerts.message import Message, shown_time
from flows.alerts.rules import GIVE_UP, asked_wait, has_origins, may_be_tried_again, url_of
from flows.alerts.signing import secret_of
from warehouse.database import Connection, transaction
from warehouse.journal import Event, Journal
from warehouse.judged import Alert
from warehouse.outbox import (
    due_alerts,
    last_sent,
    messages_since,
    note_attempt,
    note_held_back,
    note_result,
    origins_of_held,
)

__all__ = [
    "REPEAT",
    "Delivery",
    "DeliveryError",
    "Sender",
    "deliver",
    "message_of",
    "send_by_apprise",
    "test_message",
]

log = structlog.get_logger()

#: Failures in a row after which a channel is left alone until the next cycle; one where it took too long is enough.
PATIENCE = 2
#: Tries of a message, over more than half an hour, after which it may be the message that a channel fails at.
OFTEN = 4

#: Sends by Apprise, to several channels side by side, in a process that is started when there is something to send and
#: ended after it. As a function it sends one message and raises DeliveryError or BrokenOffError, as `Apart` says.
send_by_apprise = Apart()

_UNSET = "the environment variable is not set"


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
    may_begin: Callable[[], bool] = lambda: True,
) -> Delivery:
    """Send what is due, to each channel the oldest first; `send` None sends by Apprise, to several side by side.

    A dead channel stops no other one, and one that hung is left alone for a while (`flows.alerts.channels`).
    `may_begin` is asked before each message; once it says no, what is left waits for the next time.

    An attempt is committed before it is made and its result after, so a kill leads to one repeat a channel at the most,
    which says that it may be one. `journal` holds the same outside the warehouse: what it knows to be sent is not sent
    again by a warehouse that was made anew; None keeps none.

    Raises:
        OSError: the journal cannot be written; nothing more was begun, and what was under way is ended.
    """
    origins, named = origins_of_held(con), {rule.name: rule for rule in rules}
    if journal is not None:
        catch_up(con, journal, lambda alert: _waits_for_time(alert, named.get(alert.rule), origins))
    waiting = due_alerts(con)
    channels = channels_due(
        rules,
        waiting,
        lambda alert, rule: _is_due(alert, rule, origins, now),
        environment,
        Past(last=last_sent(con), messages=messages_since(con, now - HOUR)),
        now,
    )
    noting = _Noting(con, journal, now)
    for channel in channels:
        noting.held_back(channel.held_back, named)
    with closing(_outlet(send)) as outlet:
        sending = _Sending(noting, outlet, may_begin, environment)
        sending.send(channels)
    lost = [alert for alert in waiting if alert.rule not in named and alert.state != "failed"]
    for alert in lost:
        _Noting(con, None, now).failed([alert], f"rule {alert.rule}: no longer in the watch file")
    held = sum(alert.state == "held" for alert in due_alerts(con))
    return Delivery(sent=sending.sent, failed=sending.failed + len(lost), held=held)


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
    with closing(_outlet(send)) as outlet:
        url = url_of(rule, environment)
        if url is None:
            raise _told(rule, DeliveryError(_UNSET))
        try:
            secret = secret_of(rule, environment)
        except DeliveryError as fault:
            raise _told(rule, fault) from fault
        outlet.begin(test_envelope(rule.name, message, now).to("", url, secret))
        _, error = outlet.ended()
        if error is not None:
            raise _told(rule, error)


def _outlet(send: Sender | None) -> Outlet:
    """Return what sends: any function does so one by one."""
    chosen = send or send_by_apprise
    return chosen if isinstance(chosen, Apart) else OneByOne(chosen)


def _is_due(alert: Alert, rule: AlertRule, origins: Mapping[str, int], now: datetime) -> bool:
    """Tell whether `alert` goes out now; what concerns the pipeline itself keeps no quiet hours.

    What failed though it was never tried, for its rule was gone for a while, waits for what it waited for before, and
    is old news after `GIVE_UP`.
    """
    if alert.kind != "health" and is_quiet(rule, now):
        return False
    if alert.state == "failed" and alert.attempts:
        return may_be_tried_again(alert, now)
    if alert.state == "failed" and now - alert.created_at > GIVE_UP:
        return False
    if alert.state != "pending" and alert.kind != "health":
        return has_origins(rule, alert, origins) and digest_is_due(rule, alert.created_at, now)
    return True


def _waits_for_time(alert: Alert, rule: AlertRule | None, origins: Mapping[str, int]) -> bool:
    """Tell whether `alert` waits for nothing but its time, and not for further origins."""
    return rule is None or alert.state != "held" or has_origins(rule, alert, origins)


@dataclass(slots=True)
class _Line:
    """The messages that wait for a channel, and how often it has failed in a row."""

    channel: Channel
    messages: deque[tuple[AlertRule, Group]]
    in_a_row: int = 0


@dataclass(slots=True)
class _Sending:
    """Sends to several channels at a time, to each one message after the other; `sent` and `failed` count alerts."""

    noting: "_Noting"
    outlet: Outlet
    may_begin: Callable[[], bool]
    environment: Mapping[str, str]
    sent: int = 0
    failed: int = 0
    under_way: dict[str, _Line] = field(default_factory=dict)

    def send(self, channels: Sequence[Channel]) -> None:
        """Send what waits for the channels, as long as messages may begin."""
        due = [one for one in channels if one.messages and _may_be_tried(one)]
        lines = deque(_Line(one, deque(one.messages)) for one in due)
        goes_on = True
        while self.under_way or (lines and goes_on):
            while lines and len(self.under_way) < self.outlet.most and (goes_on := self.may_begin()):
                line = lines.popleft()
                if not self._begin(line) and line.messages:
                    lines.append(line)
            if self.under_way:
                key, error = self.outlet.ended()
                line = self.under_way.pop(key)
                self._note(line, error)
                if line.messages:
                    lines.append(line)
        if lines:
            left = sum(len(one.messages) for one in lines)
            log.warning("sending_cut_short", channels=len(lines), messages=left)

    def _begin(self, line: _Line) -> bool:
        """Begin the next message to a channel; tell whether it is under way now."""
        rule, group = line.messages[0]
        self.noting.trying(group)
        if line.channel.url is None:
            self._note(line, DeliveryError(_UNSET))
            return False
        key = group[0].alert_id
        try:
            message = envelope_of(group).to(key, line.channel.url, secret_of(rule, self.environment))
        except DeliveryError as error:
            self._note(line, error)
            return False
        self.under_way[key] = line
        self.outlet.begin(message)
        return True

    def _note(self, line: _Line, error: DeliveryError | None) -> None:
        """Note what became of the message that was under way; drop the others where the channel is dead."""
        rule, group = line.messages.popleft()
        if error is None:
            self.noting.sent(group)
            self.sent, line.in_a_row = self.sent + len(group), 0
            log.info("alerts_sent", rule=rule.name, alerts=len(group))
            return
        broken_off = isinstance(error, BrokenOffError)
        self.noting.failed(group, str(_told(rule, error)), broken_off=broken_off)
        self.failed, line.in_a_row = self.failed + len(group), line.in_a_row + 1
        if broken_off or not _may_go_on(line, group, str(error)):
            line.messages.clear()


def _may_go_on(line: _Line, group: Group, error: str) -> bool:
    """Tell whether the next message to a channel is tried though one has failed.

    It is where that one may have been refused for what it is: so it was said, or it has failed often. Else what comes
    after it waits, for all is told in order.
    """
    often = max(alert.attempts for alert in group) + 1 >= OFTEN
    return line.in_a_row < PATIENCE and not asked_wait(error) and (often or is_refusal(error))


def _may_be_tried(channel: Channel) -> bool:
    if channel.rests_until is not None:
        rules = sorted({rule.name for rule, _ in channel.messages})
        log.info("channel_rests", rules=rules, until=channel.rests_until.isoformat())
    return channel.rests_until is None


@dataclass(frozen=True, slots=True)
class _Noting:
    """Writes down what becomes of alerts at `now`: in the journal first, then in the warehouse, each for good."""

    con: Connection
    journal: Journal | None
    now: datetime

    def held_back(self, alerts: Sequence[Alert], rules: Mapping[str, AlertRule]) -> None:
        """Note which alerts wait for the bound of an hour, and log it once."""
        for alert in alerts:
            if alert.state == "held" and is_held_back(alert):
                continue
            reason = f"{TOO_MANY}{rules[alert.rule].at_most} messages an hour; the rest waits for one"
            with transaction(self.con):
                note_held_back(self.con, alert.alert_id, reason=reason)
            log.info("alert_held_back", rule=alert.rule, alert_id=alert.alert_id)

    def trying(self, group: Sequence[Alert]) -> None:
        self._journal("trying", group)
        with transaction(self.con):
            note_attempt(self.con, *_ids(group), now=self.now, message_id=message_id_of(group))

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


def _told(rule: AlertRule, error: DeliveryError) -> DeliveryError:
    """Return `error` as one that names the rule and, where its address comes from one, the variable."""
    where = f"rule {rule.name}" + (f" ({rule.to})" if rule.to.startswith("env:") else "")
    return type(error)(f"{where}: {error}")
