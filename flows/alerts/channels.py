"""Channels: which messages wait for which address, in their order, and which is left alone for a while. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.watch import AlertRule
from flows.alerts.rules import BACKOFF, url_of
from flows.alerts.sending import BROKEN_OFF
from warehouse.judged import Alert

#: Alerts in one digest message; more make several messages.
DIGEST_LENGTH = 20

#: How long a channel that hung is left alone: after the first try since it worked, the second, and so on. In this time
#: nothing is lost but that of what waits; a try that hangs again costs a cycle a deadline.
RESTS = BACKOFF[:3]

#: What goes out in one message.
Group = tuple[Alert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An address and what is to be sent to it, in order: for each message the rule that it is sent by.

    `url` is None where a rule names a variable that is not set. `hung` says that it did when it was tried last, and
    `rests_until` how long it is left alone for that, None where it is not.
    """

    url: str | None
    messages: tuple[tuple[AlertRule, Group], ...]
    hung: bool = False
    rests_until: datetime | None = None


def channels_due(
    rules: Sequence[AlertRule],
    waiting: Sequence[Alert],
    is_due: Callable[[Alert, AlertRule], bool],
    environment: Mapping[str, str],
    sent: Mapping[str, datetime],
    now: datetime,
) -> tuple[Channel, ...]:
    """Return the channels that something is due for, those that hung at the last.

    `waiting` are all alerts that have not been sent, the oldest first; `sent` is when each rule sent one last. Of a
    channel several rules may send by, one after the other in the order of the watch.
    """
    by_url: dict[tuple[str | None, str], list[AlertRule]] = {}
    for rule in rules:
        url = url_of(rule, environment)
        by_url.setdefault((url, "" if url else rule.name), []).append(rule)
    found = []
    for (url, _), own in by_url.items():
        messages = tuple(
            (rule, group)
            for rule in own
            for group in _groups(
                [one for one in waiting if one.rule == rule.name and is_due(one, rule)], rule
            )
        )
        if messages:
            names = {rule.name for rule in own}
            tried = hung_at([one for one in waiting if one.rule in names], _last(sent, names))
            found.append(
                Channel(
                    url=url,
                    messages=messages,
                    hung=bool(tried),
                    rests_until=rest_until(tried, now),
                )
            )
    return tuple(sorted(found, key=lambda channel: channel.hung))


def hung_at(waiting: Sequence[Alert], sent_at: datetime | None) -> tuple[Alert, ...]:
    """Return those of the alerts that `waiting` for a channel at which it hung since it worked last, at `sent_at`.

    None for `sent_at` where it never did.
    """
    return tuple(
        one
        for one in waiting
        if one.state == "failed"
        and one.error is not None
        and one.error.endswith(BROKEN_OFF)
        and one.tried_at is not None
        and (sent_at is None or one.tried_at >= sent_at)
    )


def rest_until(hung: Sequence[Alert], now: datetime) -> datetime | None:
    """Return until when a channel is left alone that `hung` at these alerts, None where it may be tried at `now`.

    The rest grows with the tries since it worked (`RESTS`). A try in the future was made by a clock that was ahead, and
    counts for nothing.
    """
    times = {one.tried_at for one in hung if one.tried_at is not None}
    if not times or max(times) > now:
        return None
    tries = max(len(times), *(one.attempts for one in hung))
    until = max(times) + RESTS[min(max(tries, 1), len(RESTS)) - 1]
    return until if until > now else None


def _last(sent: Mapping[str, datetime], names: set[str]) -> datetime | None:
    return max((at for rule, at in sent.items() if rule in names), default=None)


def _groups(due: Sequence[Alert], rule: AlertRule) -> Iterator[Group]:
    """Yield the alerts that go out in one message: those of a digest, and all on the health of the pipeline."""
    for kind, size in (
        ("health", DIGEST_LENGTH),
        ("development", 1 if rule.digest == "off" else DIGEST_LENGTH),
    ):
        own = [alert for alert in due if alert.kind == kind]
        yield from (tuple(own[start : start + size]) for start in range(0, len(own), size))
