"""Who is told of what, and when: pure decisions on developments and alert rules."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from extractors.records import stable_id
from extractors.watch import AlertRule
from flows.alerts.message import Evidence, write_message
from warehouse.judged import Alert, Development

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

#: The channel of a rule whose environment variable is missing or holds no URL.
UNSET = "unset"

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,19})://")


def alerts_for(
    new: Sequence[Development],
    changed: Sequence[Development],
    known: Collection[str],
    evidence: Mapping[str, Evidence],
    rules: Sequence[AlertRule],
    channels: Mapping[str, str],
    now: datetime,
) -> tuple[Alert, ...]:
    """Return the alerts about `new` developments, and held ones that `changed` developments release.

    `known` holds the ids of alerts there are: none is decided again, but one whose rule waits for origins is
    returned anew once they are there (`save_alerts` lets that touch held ones only). `evidence` is by
    development id, `channels` by rule name. A development without evidence, or reported more than `OLD_NEWS`
    before `now`, gives no alert.
    """
    found: dict[str, Alert] = {}
    for development in (*new, *changed):
        shown = evidence.get(development.development_id)
        if shown is None or development.reported_at < now - OLD_NEWS:
            continue
        for rule in rules:
            alert_id = alert_id_of(rule, development)
            fresh = development in new and alert_id not in known
            released = (
                alert_id in known or alert_id in found
            ) and 1 < rule.min_origins <= development.origins
            if wants(rule, development) and (fresh or released):
                channel = channels.get(rule.name, UNSET)
                found[alert_id] = _alert(rule, development, shown, channel, now)
    return tuple(found.values())


def alert_id_of(rule: AlertRule, development: Development) -> str:
    """Return the id of the one alert that `rule` can give about `development`."""
    return stable_id("n", rule.name, development.development_id)


def wants(rule: AlertRule, development: Development) -> bool:
    """Tell whether `development` passes the filters of `rule`; an empty filter lets everything pass."""
    return (
        (not rule.event_types or development.event_type in rule.event_types)
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


def _alert(
    rule: AlertRule, development: Development, evidence: Evidence, channel: str, now: datetime
) -> Alert:
    message = write_message(development, evidence)
    waits = development.origins < rule.min_origins or rule.digest != "off" or is_quiet(rule, now)
    state: Literal["held", "pending"] = "held" if waits else "pending"
    return Alert(
        alert_id=alert_id_of(rule, development),
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
