"""Channels: which messages wait for which address, in their order, and which is left alone for a while. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from extractors.watch import AlertRule
from flows.alerts.hours import is_quiet, messages_left
from flows.alerts.rules import BACKOFF, asked_wait, next_try_at, url_of
from flows.alerts.sending import BROKEN_OFF
from flows.alerts.signing import secret_fault
from warehouse.judged import Alert
from warehouse.outbox import LastSent

#: How the reason begins why an alert is held that its rule may not send yet.
TOO_MANY = "its rule sends at most "

#: Alerts in one digest message; more make several messages.
DIGEST_LENGTH = 20

#: How long a channel that hung is left alone: after the first try since it worked, the second, and so on. In this time
#: nothing is lost but that of what waits; a try that hangs again costs a cycle a deadline.
RESTS = BACKOFF[:3]

#: What goes out in one message.
Group = tuple[Alert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What went out: by rule the `last` alert, and when its `messages` on developments of the last hour did."""

    last: Mapping[str, LastSent] = field(default_factory=dict)
    messages: Mapping[str, Sequence[datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """An address and what is to be sent to it, in order: for each message the rule that it is sent by.

    `url` is None where a rule names a variable that is not set. A rule that cannot sign what it should stands alone:
    that is no fault of the address. `held_back` waits, as its rule has sent as many
    messages in the last hour as it may. `hung` says that the channel did when it was tried last, and `rests_until` how
    long it is left alone for that, or because it asked for it; None where it is not.
    """

    url: str | None
    messages: tuple[tuple[AlertRule, Group], ...]
    held_back: Group = ()
    hung: bool = False
    rests_until: datetime | None = None


def channels_due(
    rules: Sequence[AlertRule],
    waiting: Sequence[Alert],
    is_due: Callable[[Alert, AlertRule], bool],
    environment: Mapping[str, str],
    past: Past,
    now: datetime,
) -> tuple[Channel, ...]:
    """Return the channels that something is due for, those that hung at the last.

    `waiting` are all alerts that have not been sent, the oldest first. Of a channel several rules may send by, one
    after the other in the order of the watch. Where what was tried last failed, nothing that came after it goes out
    before it: it is tried when its wait is over, or when something new has come, and all of it in order.
    """
    by_url: dict[tuple[str | None, str], list[AlertRule]] = {}
    for rule in rules:
        url = url_of(rule, environment)
        alone = url is None or secret_fault(rule, environment) is not None
        by_url.setdefault((url, rule.name if alone else ""), []).append(rule)
    found = []
    for (url, _), own in by_url.items():
        names = {rule.name: rule for rule in own}
        theirs = [one for one in waiting if one.rule in names]
        due = _in_order(theirs, [one for one in theirs if is_due(one, names[one.rule])], names, past, now)
        messages, held_back = _messages(own, due, past, now)
        if messages or held_back:
            last = _last(past, names)
            tried = hung_at(theirs, last)
            found.append(
                Channel(
                    url=url,
                    messages=messages,
                    held_back=held_back,
                    hung=bool(tried),
                    rests_until=_rest([rest_until(tried, now), asked_until(theirs, last, now)]),
                )
            )
    return tuple(sorted(found, key=lambda channel: channel.hung))


def failed_last(waiting: Sequence[Alert], past: Past) -> tuple[Alert, ...]:
    """Return those of the alerts that `waiting` for one channel failed when it was tried last.

    One after which others went out is none of them: it was refused for what it is. Nor is one that is given up.
    """
    last = _last(past, {one.rule for one in waiting})
    return tuple(
        one
        for one in waiting
        if one.state == "failed"
        and one.tried_at is not None
        and next_try_at(one) is not None
        and (last is None or one.tried_at >= last)
        and not _was_passed(one, past.last.get(one.rule))
    )


def asked_until(waiting: Sequence[Alert], sent_at: datetime | None, now: datetime) -> datetime | None:
    """Return until when the channel of these alerts has asked to be left alone, None where it has not.

    What it said before it worked, at `sent_at`, or by a clock that was ahead, counts for nothing.
    """
    untils = [
        one.tried_at + asked_wait(one.error)
        for one in waiting
        if one.state == "failed"
        and one.tried_at is not None
        and one.tried_at <= now
        and (sent_at is None or one.tried_at >= sent_at)
    ]
    return max((until for until in untils if until > now), default=None)


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


def _in_order(
    waiting: Sequence[Alert], due: Sequence[Alert], rules: Mapping[str, AlertRule], past: Past, now: datetime
) -> Sequence[Alert]:
    """Return what goes out to a channel of what is `due`: where it failed last, all that failed with it, or nothing."""
    failed = failed_last(waiting, past)
    if not failed:
        return due
    tried_at = max(one.tried_at for one in failed if one.tried_at is not None)
    if not any(_wakes(one, tried_at) for one in due):
        return ()
    loud = [one for one in failed if one.kind == "health" or not is_quiet(rules[one.rule], now)]
    return [one for one in waiting if one in due or one in loud]


def _wakes(alert: Alert, tried_at: datetime) -> bool:
    """Tell whether `alert`, which is due, is a reason to try a channel again that failed at `tried_at`."""
    if alert.state == "failed" or alert.attempts or alert.tried_at is not None:
        return True  # its wait is over, it was broken off, or somebody wants it to be tried
    return alert.created_at > tried_at


def _was_passed(alert: Alert, last: LastSent | None) -> bool:
    if last is None or alert.tried_at is None or last.sent_at != alert.tried_at:
        return False
    return last.place > (alert.created_at, alert.alert_id)


def _last(past: Past, names: Collection[str]) -> datetime | None:
    return max((last.sent_at for rule, last in past.last.items() if rule in names), default=None)


def _rest(untils: Sequence[datetime | None]) -> datetime | None:
    return max((until for until in untils if until is not None), default=None)


def _messages(
    rules: Sequence[AlertRule], due: Sequence[Alert], past: Past, now: datetime
) -> tuple[tuple[tuple[AlertRule, Group], ...], Group]:
    """Return the messages to one channel, each with its rule, and what is held back for the bound of an hour."""
    found: list[tuple[AlertRule, Group]] = []
    held_back: list[Alert] = []
    for rule in rules:
        own = [one for one in due if one.rule == rule.name]
        health = [one for one in own if one.kind == "health"]
        found += [(rule, group) for group in _cut(health, DIGEST_LENGTH)]
        again, fresh = _tried_before([one for one in own if one.kind == "development"])
        left = messages_left(rule, past.messages.get(rule.name, ()), now)
        groups, rest = bounded(fresh, rule, None if left is None else max(left - len(again), 0))
        found += [(rule, group) for group in (*again, *groups)]
        held_back += rest
    return tuple(found), tuple(held_back)


def bounded(fresh: Sequence[Alert], rule: AlertRule, left: int | None) -> tuple[list[Group], Group]:
    """Return the messages that tell the `fresh` alerts of a rule that may send `left` more now, and what waits.

    Each is told by itself as long as the rule may; what had to wait is told in one message with all that waits then.
    `left` None bounds nothing.
    """
    digest = rule.digest != "off" or any(is_held_back(one) for one in fresh)
    groups = list(_cut(fresh, DIGEST_LENGTH if digest else 1))
    if left is None:
        return groups, ()
    return groups[:left], tuple(one for group in groups[left:] for one in group)


def is_held_back(alert: Alert) -> bool:
    """Tell whether `alert` had to wait because its rule had sent as many messages in an hour as it may."""
    return alert.attempts == 0 and alert.error is not None and alert.error.startswith(TOO_MANY)


def _tried_before(own: Sequence[Alert]) -> tuple[list[Group], list[Alert]]:
    """Return what was tried before, in the same messages as then, and what was not."""
    again: dict[str, list[Alert]] = {}
    for one in own:
        if one.attempts and one.message:
            again.setdefault(one.message, []).append(one)
    return [tuple(group) for group in again.values()], [
        one for one in own if not (one.attempts and one.message)
    ]


def _cut(alerts: Sequence[Alert], size: int) -> Iterator[Group]:
    yield from (tuple(alerts[start : start + size]) for start in range(0, len(alerts), size))
