"""What a rule would have sent over the stored history: the same decisions, with the times taken from what is stored.

Nothing of it is sent or written down. A pipeline is supposed that always runs and whose channels always work; that the
first import of a source is silent is not known of what is stored, so that it counts as if it had been told.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from extractors.watch import AlertRule
from flows.alerts.channels import DIGEST_LENGTH
from flows.alerts.hours import free_at, goes_out_at
from flows.alerts.past import Step, Stored, current
from flows.alerts.rules import alerts_for, wants
from warehouse.judged import Alert
from warehouse.outbox import KnownAlert

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldSend:
    """An alert that would have been sent: when, in which message (counted from 1), and the URL of its first report."""

    alert: Alert
    sent_at: datetime
    message: int
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Of those alerts on news whose first report is labelled: `right`, told a second time, and about no news."""

    right: int = 0
    repeats: int = 0
    false: int = 0

    @property
    def precision(self) -> float | None:
        """Share that is right, None where nothing is labelled."""
        known = self.right + self.repeats + self.false
        return self.right / known if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a rule would have sent of what came between two moments; `until` is the last that is stored."""

    rule: AlertRule
    since: datetime
    until: datetime
    sent: tuple[WouldSend, ...]
    labelled: Labelled

    @property
    def messages(self) -> int:
        """Number of messages, a digest counts once."""
        return len({one.message for one in self.sent})

    @property
    def weeks(self) -> float:
        """The length of the time in weeks, one day at least."""
        return max((self.until - self.since) / _WEEK, 1 / 7)

    @property
    def a_week(self) -> float:
        """Alerts a week."""
        return len(self.sent) / self.weeks

    @property
    def busiest_week(self) -> int:
        """The most alerts of a week, weeks counted from `since`."""
        weeks = Counter((one.sent_at - self.since) // _WEEK for one in self.sent)
        return max(weeks.values(), default=0)


def backtest(
    stored: Stored, rule: AlertRule, since: datetime, until: datetime, labels: Mapping[str, frozenset[str]]
) -> Backtest:
    """Return what `rule` would have sent from `since` on; `labels` say by URL which news an article reports.

    What was stored before `since` is gone through too: a rule tells the next step of what it told. What waits at the
    end for a digest or for the end of quiet hours counts, at the time when it would go out.
    """
    alerts = decided(stored, rule)
    urls = {key: row.url for key, row in stored.rows.items()}
    sent = tuple(
        WouldSend(alert=alert, sent_at=at, message=number, url=urls.get(alert.development_id or ""))
        for number, (at, group) in enumerate(messages_of(rule, alerts), 1)
        for alert in group
        if since <= at
    )
    return Backtest(rule=rule, since=since, until=until, sent=sent, labelled=_labelled(sent, labels))


def decided(stored: Stored, rule: AlertRule) -> tuple[Alert, ...]:
    """Return the alerts of `rule` in the order in which they are decided; what has gone out by then counts as sent."""
    found: dict[str, Alert] = {}
    known = _Known(rule, found)
    bare = replace(rule, quiet=None, digest="off")  # what is held is held for origins: the times come later
    for step in stored.steps():
        known.now = step.at
        for alert in _decide(stored, bare, step, known):
            before = found.get(alert.alert_id)
            found[alert.alert_id] = alert if before is None else _anew(before, alert)
    return tuple(alert for alert in found.values() if alert.state == "pending")


def messages_of(rule: AlertRule, alerts: Iterable[Alert]) -> Sequence[tuple[datetime, tuple[Alert, ...]]]:
    """Return the messages in which `alerts` go out, and when: digests at their time, the others within their bound."""
    due = sorted((goes_out_at(rule, one.created_at), one.created_at, one.alert_id, one) for one in alerts)
    if rule.digest != "off":
        times: dict[datetime, list[Alert]] = {}
        for at, _, _, alert in due:
            times.setdefault(at, []).append(alert)
        return [
            (at, tuple(group[start : start + DIGEST_LENGTH]))
            for at, group in times.items()
            for start in range(0, len(group), DIGEST_LENGTH)
        ]
    found: list[tuple[datetime, tuple[Alert, ...]]] = []
    waiting: list[Alert] = []
    for at, _, _, alert in due:
        found, waiting = _told_by(rule, found, waiting, at)
        free = free_at(rule, [one for one, _ in found], at)
        if free > at:
            waiting.append(alert)
        else:
            found.append((at, (alert,)))
    return _told_by(rule, found, waiting, None)[0]


def to_tell(
    stored: Stored, rule: AlertRule, since: datetime, now: datetime, channels: Mapping[str, str]
) -> tuple[Alert, ...]:
    """Return the alerts that tell `rule` now of what has been reported since and holds today, the oldest first.

    `channels` are the kinds of channel by rule name.
    """
    found: list[Alert] = []
    for row in sorted(stored.rows.values(), key=lambda one: (one.reported_at, one.development_id)):
        told = current(row)
        if row.state != "standing" or row.reported_at < since or row.origins < rule.min_origins:
            continue
        if not wants(rule, told):
            continue
        evidence = {told.development_id: stored.evidence(Step(at=now, development=told, is_new=True))}
        for alert in alerts_for(
            (told,), (), {}, evidence, (rule,), channels, told.reported_at
        ):  # however old
            at = now + timedelta(microseconds=len(found))
            found.append(replace(alert, created_at=at, state="pending" if rule.digest == "off" else "held"))
    return tuple(found)


def _decide(
    stored: Stored, rule: AlertRule, step: Step, known: Mapping[str, KnownAlert]
) -> tuple[Alert, ...]:
    development = step.development
    evidence = {development.development_id: stored.evidence(step)}
    if development.state == "withdrawn" and evidence[development.development_id].correction is None:
        return ()
    new, changed = ((development,), ()) if step.is_new else ((), (development,))
    return alerts_for(new, changed, known, evidence, (rule,), {}, step.at)


class _Known(Mapping[str, KnownAlert]):
    """How the alerts stand at `now` that have been decided so far."""

    def __init__(self, rule: AlertRule, alerts: Mapping[str, Alert]) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self._rule, self._alerts = rule, alerts

    def __getitem__(self, key: str) -> KnownAlert:
        alert = self._alerts[key]
        sent = alert.state == "pending" and goes_out_at(self._rule, alert.created_at) <= self.now
        return KnownAlert(state="sent" if sent else alert.state, withdrawn=alert.says == "withdrawn")

    def __iter__(self) -> Iterator[str]:
        return iter(self._alerts)

    def __len__(self) -> int:
        return len(self._alerts)


def _anew(before: Alert, alert: Alert) -> Alert:
    """Return an alert that was decided anew: one that was held for origins counts from now."""
    return alert if before.state == "held" else replace(alert, created_at=before.created_at)


def _told_by(
    rule: AlertRule,
    found: list[tuple[datetime, tuple[Alert, ...]]],
    waiting: list[Alert],
    at: datetime | None,
) -> tuple[list[tuple[datetime, tuple[Alert, ...]]], list[Alert]]:
    """Return the messages with what waited and may be told by `at` (None: ever), and what still waits."""
    while waiting:
        last = max(found[-1][0], waiting[-1].created_at)
        free = free_at(rule, [one for one, _ in found], last)
        free = goes_out_at(replace(rule, digest="off"), free)
        if at is not None and free > at:
            break
        found = [*found, (free, tuple(waiting[:DIGEST_LENGTH]))]
        waiting = waiting[DIGEST_LENGTH:]
    return found, waiting


def _labelled(sent: Iterable[WouldSend], labels: Mapping[str, frozenset[str]]) -> Labelled:
    hit: set[str] = set()
    right = repeats = false = 0
    for one in sent:
        if one.url is None or one.url not in labels or one.alert.says == "withdrawn":
            continue
        fitting = labels[one.url]
        if new := sorted(fitting - hit):
            hit.add(new[0])
            right += 1
        elif fitting:
            repeats += 1
        else:
            false += 1
    return Labelled(right=right, repeats=repeats, false=false)
