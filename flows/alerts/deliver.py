"""Delivery: what is due in the outbox goes out, and every attempt is noted before and after it is made."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from extractors.errors import NewswatchError
from extractors.watch import AlertRule
from flows.alerts.message import Message, shown_time
from flows.alerts.rules import digest_is_due, is_quiet, news_id, next_try_at, url_of
from warehouse.database import Connection, transaction
from warehouse.judged import Alert
from warehouse.outbox import due_alerts, note_attempt, note_result, origins_of_held

log = structlog.get_logger()

#: Put under a message that may have gone out before.
REPEAT = "(may be a repeat: the program was stopped while sending)"

#: Alerts in one digest message; more make several messages.
DIGEST_LENGTH = 20

#: Failures in a row after which a channel is left alone until the next cycle, so that no cycle hangs on it.
PATIENCE = 2

_STATUS = re.compile(r"error=(\d{3})\b")


class DeliveryError(NewswatchError):
    """A message could not be sent; the text says why and holds no secret."""


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
) -> Delivery:
    """Send what is due, the oldest first; `send` None sends by Apprise. A dead channel stops no other one.

    An attempt is committed before it is made and its result after, so a kill leads to one repeat at the most,
    which says that it may be one.
    """
    waiting, origins = due_alerts(con), origins_of_held(con)
    named = {rule.name: rule for rule in rules}
    sent = failed = 0
    for rule in rules:
        due = [alert for alert in waiting if alert.rule == rule.name and _is_due(alert, rule, origins, now)]
        done, undone = _deliver_rule(con, rule, _groups(due, rule), environment, now, send or send_by_apprise)
        sent, failed = sent + done, failed + undone
    lost = [alert for alert in waiting if alert.rule not in named and alert.state != "failed"]
    for alert in lost:
        _note_failure(con, [alert], f"rule {alert.rule}: no longer in the watch file")
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
    _send(
        rule,
        environment,
        Message(title=f"newswatch: test of {rule.name}", body=body),
        send or send_by_apprise,
    )


def send_by_apprise(url: str, title: str, body: str) -> None:
    """Send one message by Apprise.

    Raises:
        DeliveryError: with the reason in our own words: Apprise's own log lines may hold the URL.
    """
    import apprise  # noqa: PLC0415 - takes 0.3 s, and most cycles send nothing

    with _log_of_apprise() as lines:
        channel = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
        if not channel.add(url):
            raise DeliveryError("the URL is not one that Apprise understands")
        for service in channel:  # a service refuses what is too long for it; several messages it takes
            if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
                service.overflow_mode = apprise.OverflowMode.SPLIT
        sent = channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if not sent:
        raise DeliveryError(_reason(lines))


def _is_due(alert: Alert, rule: AlertRule, origins: Mapping[str, int], now: datetime) -> bool:
    """Tell whether `alert` goes out now; what concerns the pipeline itself keeps no quiet hours."""
    if alert.kind != "health" and is_quiet(rule, now):
        return False
    if alert.state == "failed":
        at = next_try_at(alert)
        return at is not None and at <= now
    if alert.state == "held":
        # that news was withdrawn waits for no origins: it goes to those who have been sent the news
        is_news = alert.alert_id == news_id(rule.name, alert.development_id)
        enough = not is_news or origins.get(alert.development_id or "", 0) >= rule.min_origins
        return enough and digest_is_due(rule, alert.created_at, now)
    return True


def _groups(due: Sequence[Alert], rule: AlertRule) -> Iterator[Sequence[Alert]]:
    """Yield the alerts that go out in one message: those of a digest, and all on the health of the pipeline."""
    for kind, size in (
        ("health", DIGEST_LENGTH),
        ("development", 1 if rule.digest == "off" else DIGEST_LENGTH),
    ):
        own = [alert for alert in due if alert.kind == kind]
        yield from (own[start : start + size] for start in range(0, len(own), size))


def _deliver_rule(
    con: Connection,
    rule: AlertRule,
    groups: Iterable[Sequence[Alert]],
    environment: Mapping[str, str],
    now: datetime,
    send: Sender,
) -> tuple[int, int]:
    sent = failed = in_a_row = 0
    for group in groups:
        ids = [alert.alert_id for alert in group]
        with transaction(con):
            note_attempt(con, *ids, now=now)
        try:
            _send(rule, environment, _message(group), send)
        except DeliveryError as error:
            _note_failure(con, group, str(error))
            failed, in_a_row = failed + len(group), in_a_row + 1
            if in_a_row == PATIENCE:
                break
            continue
        with transaction(con):
            note_result(con, *ids, state="sent", sent_at=now)
        sent, in_a_row = sent + len(group), 0
        log.info("alerts_sent", rule=rule.name, alerts=len(group))
    return sent, failed


def _note_failure(con: Connection, group: Sequence[Alert], error: str) -> None:
    with transaction(con):
        note_result(con, *(alert.alert_id for alert in group), state="failed", error=error)
    log.warning("alerts_not_sent", rule=group[0].rule, alerts=len(group), error=error)


def _message(group: Sequence[Alert]) -> Message:
    repeat = f"\n\n{REPEAT}" if any(alert.state == "pending" and alert.attempts for alert in group) else ""
    if len(group) == 1:
        return Message(title=group[0].title, body=group[0].body + repeat)
    parts = [f"{number}. {alert.title}\n{alert.body}" for number, alert in enumerate(group, 1)]
    what = "newswatch: {} troubles" if group[0].kind == "health" else "{} developments"
    return Message(title=what.format(len(group)), body="\n\n".join(parts) + repeat)


def _send(rule: AlertRule, environment: Mapping[str, str], message: Message, send: Sender) -> None:
    """Send by `rule`'s channel; raises DeliveryError naming rule and, where it comes from one, the variable."""
    where = f"rule {rule.name}" + (f" ({rule.to})" if rule.to.startswith("env:") else "")
    url = url_of(rule, environment)
    if url is None:
        raise DeliveryError(f"{where}: the environment variable is not set")
    try:
        send(url, message.title, message.body)
    except DeliveryError as error:
        raise DeliveryError(f"{where}: {error}") from None


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _log_of_apprise() -> Iterator[list[str]]:
    """Catch what Apprise logs, and keep it from everyone else: it may hold the URL."""
    logger, handler = logging.getLogger("apprise"), _Lines()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)


def _reason(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if status := _STATUS.search(text):
        return f"the channel answered with status {status[1]}"
    if "onnection error" in text:
        return "no connection to the channel"
    return "the channel did not take the message"
