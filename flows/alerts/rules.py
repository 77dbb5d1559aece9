"""Who is told of what, and when: pure decisions on developments and alert rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from extractors.records import stable_id
from extractors.watch import AlertRule
from flows.alerts.channel import ASKS
from flows.alerts.hours import is_quiet
from flows.alerts.message import Evidence
from flows.alerts.told import told
from flows.alerts.words import DEFAULT
from flows.alerts.writing import write_message
from warehouse.judged import Alert, Development, Says
from warehouse.ladders import FALLEN, goes_further
from warehouse.outbox import AlertState, KnownAlert

log = structlog.get_logger()

#: What is decided: id and state of an alert, and what it tells.
Decided = tuple[str, AlertState, Says]

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

#: How long a failed alert is tried by itself: from its first try, by the waits between the tries where that is unknown.
GIVE_UP = timedelta(days=7)

#: So many attempts with all their waits between them take longer than that.
GIVEN_UP_ATTEMPTS = len(BACKOFF) + int((GIVE_UP - sum(BACKOFF, timedelta())) / BACKOFF[-1]) + 1

#: The channel of a rule whose environment variable is missing or holds no URL.
UNSET = "unset"

_ASKED = re.compile(re.escape(ASKS).replace("SECONDS", r"(\d{1,7})"))
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
    before `now`. Where its evidence says that hearsay has become official, that is told to those who want it.
    """
    found: list[Alert] = []
    for development in (*new, *changed):
        shown = evidence.get(development.development_id)
        if shown is None:
            continue
        for rule in rules:
            if shown.correction is not None:
                decided = _withdrawal(rule, development, known, now)
            else:
                is_new = development in new
                decided = _news(rule, development, shown, known, now, is_new=is_new)
                if decided is None and shown.official is not None and not is_new:
                    decided = _official(rule, development, known, now)
            if decided is not None:
                channel = channels.get(rule.name, UNSET)
                found.append(_alert(decided, rule, development, shown, channel, now))
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


def official_id_of(rule: AlertRule, development: Development) -> str:
    """Return the id of the one alert that can tell those who were told the hearsay that it has become official."""
    return stable_id("o", rule.name, development.development_id)


def wants(rule: AlertRule, development: Development) -> bool:
    """Tell whether `development` passes the filters of `rule`; an empty filter lets everything pass."""
    return (
        rule.about != "health"
        and (not rule.event_types or development.event_type in rule.event_types)
        and (not rule.statuses or development.status in rule.statuses)
        and (not rule.basis or development.basis in rule.basis)
        and (not rule.entities or not set(rule.entities).isdisjoint(development.participants))
    )


def has_origins(rule: AlertRule, alert: Alert, origins: Mapping[str, int]) -> bool:
    """Tell whether a held alert waits for no further origins; `origins` are those there are, by development.

    That news was withdrawn waits for none: it goes to those who have been sent the news.
    """
    is_news = alert.alert_id == news_id(rule.name, alert.development_id)
    return not is_news or origins.get(alert.development_id or "", 0) >= rule.min_origins


def next_try_at(alert: Alert) -> datetime | None:
    """Return when a failed alert is tried again, None where it is given up (`newswatch alerts retry` helps).

    It waits for as long as the channel has asked to, where that is longer than its own wait. How often it was tried
    does not matter where it is known since when: a dead channel is tried with each alert that comes.
    """
    waits = [BACKOFF[min(number, len(BACKOFF) - 1)] for number in range(alert.attempts)]
    tried_at = alert.tried_at or alert.created_at
    tried_for = sum(waits, timedelta()) if alert.first_tried_at is None else tried_at - alert.first_tried_at
    if tried_for > GIVE_UP:
        return None
    return tried_at + max(waits[-1] if waits else timedelta(), asked_wait(alert.error))


def may_be_tried_again(alert: Alert, now: datetime) -> bool:
    """Tell whether the wait of a failed alert is over; one that was tried by a clock that was ahead waits no more."""
    at = next_try_at(alert)
    return at is not None and (at <= now or (alert.tried_at or alert.created_at) > now)


def asked_wait(error: str | None) -> timedelta:
    """Return how long a channel has asked to be left alone, as the error of a try says; no time where it did not."""
    match = _ASKED.search(error or "")
    return timedelta(seconds=int(match[1])) if match else timedelta()


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
    rule: AlertRule,
    development: Development,
    shown: Evidence,
    known: Mapping[str, KnownAlert],
    now: datetime,
    *,
    is_new: bool,
) -> Decided | None:
    """Return the alert about news that is decided or released now, None where none is."""
    alert_id = alert_id_of(rule, development)
    before = known.get(alert_id)
    if development.reported_at < now - OLD_NEWS:
        return None
    if not wants(rule, development) and before is None and not _goes_on(rule, development, shown, known):
        return None
    enough = development.origins >= rule.min_origins
    released = before is not None and before.state == "held" and rule.min_origins > 1 and enough
    if not released and (before is not None or not is_new):
        return None
    return alert_id, "pending" if enough and not _waits(rule, now) else "held", "news"


def _goes_on(
    rule: AlertRule, development: Development, shown: Evidence, known: Mapping[str, KnownAlert]
) -> bool:
    """Tell whether `development` is the next step of what `rule` told, and no other one has been told as that step.

    That is a status further on, official word on hearsay, or a denial; the filters do not count then.
    """
    if not rule.escalate or rule.about == "health":
        return False
    if any(news_id(rule.name, other) in known for other in shown.same_step):
        return False
    steps = [shown.before] if shown.before and _is_step(shown.before, development) else []
    if development.status in FALLEN:
        steps += [other.development for other in shown.against]
    return any(news_id(rule.name, one.development_id) in known for one in steps)


def _is_step(before: Development, after: Development) -> bool:
    turned = before.basis == "unconfirmed" and after.basis == "official"
    return turned or goes_further(after.event_type, before.status, after.status)


def _official(
    rule: AlertRule, development: Development, known: Mapping[str, KnownAlert], now: datetime
) -> Decided | None:
    """Return the alert that hearsay has become official: to those told of it who want to hear of the next step.

    Whoever wants only what is official is told of it now, as news. What waits still is told with it.
    """
    alert_id, other_id = alert_id_of(rule, development), official_id_of(rule, development)
    before = known.get(alert_id)
    if development.official_at is None or development.official_at < now - OLD_NEWS:
        return None
    if before is None:
        as_official = replace(development, basis="official")
        if "official" not in rule.basis or not wants(rule, as_official):
            return None
        enough = development.origins >= rule.min_origins
        return alert_id, "pending" if enough and not _waits(rule, now) else "held", "official"
    if not rule.escalate or before.withdrawn or other_id in known:
        return None
    if before.state != "sent":
        return alert_id, before.state, "news"
    return other_id, "held" if _waits(rule, now) else "pending", "official"


def _withdrawal(
    rule: AlertRule, development: Development, known: Mapping[str, KnownAlert], now: datetime
) -> Decided | None:
    """Return the alert that tells of a withdrawal: to those only who are or would be told the news.

    What has not gone out yet says it itself, and goes out when it would have; age does not matter, for whoever was
    told something wrong must learn it.
    """
    alert_id, other_id = alert_id_of(rule, development), withdrawal_id_of(rule, development)
    before = known.get(alert_id)
    if before is None or before.withdrawn or other_id in known:
        return None
    if before.state != "sent":
        return alert_id, before.state, "withdrawn"
    step_id = official_id_of(rule, development)
    step = known.get(step_id)
    if step is not None and step.state != "sent":
        return None if step.withdrawn else (step_id, step.state, "withdrawn")
    return other_id, "held" if _waits(rule, now) else "pending", "withdrawn"


def _waits(rule: AlertRule, now: datetime) -> bool:
    return rule.digest != "off" or is_quiet(rule, now)


def _alert(
    decided: Decided,
    rule: AlertRule,
    development: Development,
    evidence: Evidence,
    channel: str,
    now: datetime,
) -> Alert:
    alert_id, state, says = decided
    language = rule.language or DEFAULT
    message = write_message(development, evidence, says, language)
    if message.left_out:
        log.warning("alert_part_left_out", alert_id=alert_id, rule=rule.name, parts=list(message.left_out))
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
        says=says,
        told=told(development, evidence, message, language),
    )
