"""Who is told of what, and when: pure decisions on developments and alert rules."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from extractors.records import stable_id
from extractors.watch import AlertRule
from flows.alerts.message import Evidence, write_message
from warehouse.judged import Alert, Development
from warehouse.outbox import AlertState, KnownAlert

#: News reported longer ago than this, counted from now, is old: no alert.
OLD_NEWS = timedelta(days=7)

#: Waits after the first, second … failed attempt; from the last on, that one each time.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)

#: How long a failed alert is tried by itself, counted by the waits between the tries.
GIVE_UP = timedelta(days=7)

#: After so many attempts it is given up.
GIVEN_UP_ATTEMPTS = len(BACKOFF) + int((GIVE_UP - sum(BACKOFF, timedelta())) / BACKOFF[-1]) + 1

#: The channel of a rule whose environment variable is missing or holds no URL.
UNSET = "unset"

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,19})://")


def alerts_for(
    new: Sequence[Development],
    changed: Sequence[Development],
    known: Mapping[str, KnownAlert],
    evidence: Mapping[str, Evidence],
    rules: Sequence[AlertRule],
    channels: Mapping[str, str],
    now: datetime,
) -> tuple[Alert, ...]:
    """Return the alerts about `new` developments, and what becomes of known ones as `changed` developments have it.

    `known` holds by id how the alerts stand that there are. None is decided again: a held one whose rule waits for
    origins is released once they are there. Where a development was withdrawn, an alert that has not been sent is
    returned anew, saying so; whoever was sent it gets another one. `evidence` is by development id, `channels` by
    rule name. A development without evidence gives no alert, nor does a new one reported more than `OLD_NEWS`
    before `now`.
    """
    found: list[Alert] = []
    for development in (*new, *changed):
        shown = evidence.get(development.development_id)
        if shown is None:
            continue
        for rule in rules:
            if shown.correction is None:
                decided = _news(rule, development, known, now, is_new=development in new)
            else:
                decided = _withdrawal(rule, development, known, now)
            if decided is not None:
                alert_id, state = decided
                channel = channels.get(rule.name, UNSET)
                found.append(_alert(alert_id, state, rule, development, shown, channel, now))
    return tuple(found)


def alert_id_of(rule: AlertRule, development: Development) -> str:
    """Return the id of the one alert that `rule` can give about `development` as news."""
    return news_id(rule.name, development.development_id)


def news_id(rule: str, development_id: str | None) -> str:
    """Return the id of the alert by which the rule of that name tells of a development."""
    return stable_id("n", rule, development_id)


def withdrawal_id_of(rule: AlertRule, development: Development) -> str:
    """Return the id of the one alert that can tell those who were sent the other one that it was withdrawn."""
    return stable_id("w", rule.name, development.development_id)


def wants(rule: AlertRule, development: Development) -> bool:
    """Tell whether `development` passes the filters of `rule`; an empty filter lets everything pass."""
    return (
        rule.about != "health"
        and (not rule.event_types or development.event_type in rule.event_types)
        and (not rule.statuses or development.status in rule.statuses)
        and (not rule.basis or development.basis in rule.basis)
    )


def is_quiet(rule: AlertRule, now: datetime) -> bool:
    """Tell whether `now` lies in the quiet hours of `rule` (their end is outside)."""
    if rule.quiet is None:
        return False
    hours, _, zone = rule.quiet.partition(" ")
    start, stop = (time.fromisoformat(text) for text in hours.split("-"))
    clock = now.astimezone(ZoneInfo(zone.strip())).time()
    return start <= clock < stop if start < stop else clock >= start or clock < stop


def digest_is_due(rule: AlertRule, created_at: datetime, now: datetime) -> bool:
    """Tell whether what was decided at `created_at` goes out by `now`: after the full hour, or midnight.

    Midnight is that of the zone of the rule's quiet hours, else of UTC.
    """
    if rule.digest == "off":
        return True
    zone = ZoneInfo(rule.quiet.partition(" ")[2].strip()) if rule.quiet else UTC
    if rule.digest == "daily":
        return now.astimezone(zone).date() > created_at.astimezone(zone).date()
    hour = {"minute": 0, "second": 0, "microsecond": 0}
    return now.astimezone(UTC).replace(**hour) > created_at.astimezone(UTC).replace(**hour)  # type: ignore[arg-type]


def has_origins(rule: AlertRule, alert: Alert, origins: Mapping[str, int]) -> bool:
    """Tell whether a held alert waits for no further origins; `origins` are those there are, by development.

    That news was withdrawn waits for none: it goes to those who have been sent the news.
    """
    is_news = alert.alert_id == news_id(rule.name, alert.development_id)
    return not is_news or origins.get(alert.development_id or "", 0) >= rule.min_origins


def next_try_at(alert: Alert) -> datetime | None:
    """Return when a failed alert is tried again, None where it is given up (`newswatch alerts retry` helps)."""
    waits = [BACKOFF[min(number, len(BACKOFF) - 1)] for number in range(alert.attempts)]
    if sum(waits, timedelta()) > GIVE_UP:
        return None
    return (alert.tried_at or alert.created_at) + (waits[-1] if waits else timedelta())


def channels_of(rules: Sequence[AlertRule], environment: Mapping[str, str]) -> dict[str, str]:
    """Return by rule name the kind of its channel: the scheme of its URL, `unset` where there is none."""
    found: dict[str, str] = {}
    for rule in rules:
        match = _SCHEME.match(url_of(rule, environment) or "")
        found[rule.name] = match[1].lower() if match else UNSET
    return found


def url_of(rule: AlertRule, environment: Mapping[str, str]) -> str | None:
    """Return the Apprise URL of `rule` (a secret), None where its environment variable is missing or empty."""
    if rule.to.startswith("env:"):
        return environment.get(rule.to.removeprefix("env:"), "").strip() or None
    return rule.to


def _news(
    rule: AlertRule, development: Development, known: Mapping[str, KnownAlert], now: datetime, *, is_new: bool
) -> tuple[str, AlertState] | None:
    """Return id and state of the alert about news that is decided or released now, None where none is."""
    alert_id = alert_id_of(rule, development)
    before = known.get(alert_id)
    if development.reported_at < now - OLD_NEWS or not wants(rule, development):
        return None
    enough = development.origins >= rule.min_origins
    released = before is not None and before.state == "held" and rule.min_origins > 1 and enough
    if not released and (before is not None or not is_new):
        return None
    return alert_id, "pending" if enough and not _waits(rule, now) else "held"


def _withdrawal(
    rule: AlertRule, development: Development, known: Mapping[str, KnownAlert], now: datetime
) -> tuple[str, AlertState] | None:
    """Return id and state of the alert that tells of a withdrawal: to those only who are or would be told the news.

    What has not gone out yet says it itself, and goes out when it would have; age does not matter, for whoever was
    told something wrong must learn it.
    """
    alert_id, other_id = alert_id_of(rule, development), withdrawal_id_of(rule, development)
    before = known.get(alert_id)
    if before is None or before.withdrawn or other_id in known:
        return None
    if before.state != "sent":
        return alert_id, before.state
    return other_id, "held" if _waits(rule, now) else "pending"


def _waits(rule: AlertRule, now: datetime) -> bool:
    return rule.digest != "off" or is_quiet(rule, now)


def _alert(
    alert_id: str,
    state: AlertState,
    rule: AlertRule,
    development: Development,
    evidence: Evidence,
    channel: str,
    now: datetime,
) -> Alert:
    message = write_message(development, evidence)
    return Alert(
        alert_id=alert_id,
        kind="development",
        development_id=development.development_id,
        rule=rule.name,
        channel=channel,
        state=state,
        created_at=now,
        sent_at=None,
        attempts=0,
        error=None,
        title=message.title,
        body=message.body,
    )
