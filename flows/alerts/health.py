"""What the pipeline tells of its own health: which trouble alerts which rule, its end too, and in what words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.clock import to_utc
from extractors.records import stable_id
from extractors.watch import AlertRule
from flows.alerts.message import OVER, SENTENCE_LENGTH, TITLE_LENGTH, Message, plain_line, shown_time
from flows.alerts.rules import UNSET
from flows.conditions import Condition, span
from flows.source_conditions import STATES
from warehouse.episodes import Episode
from warehouse.judged import Alert

#: What a source is that is polled no more: that it is silent is not over then.
_POLLED_NO_MORE = frozenset({"gone", "closed", "duplicate"})
#: What is told once and not when it is no longer shown: it happened, and is no state that could end.
_HAPPENED = frozenset({"rebuilt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthDecision:
    """What to write down: episodes that begin or end, and alerts, new ones or such as say something else now."""

    episodes: tuple[Episode, ...] = ()
    alerts: tuple[Alert, ...] = ()


def decide_health(
    conditions: Sequence[Condition],
    lasting: Sequence[Episode],
    rules: Sequence[AlertRule],
    channels: Mapping[str, str],
    known: Mapping[str, str],
    now: datetime,
) -> HealthDecision:
    """Decide what to tell of the `conditions` at `now`, given the episodes that lasted until now.

    An episode alerts each rule that wants health once, at any hour: whoever waits for news must know that none can
    come. Its end is told to those who were told of it; where that has not gone out yet, it says that it is over
    already. `channels` are the kinds of channel by rule name, `known` the states of alerts by id.
    """
    before = {one.key: one for one in lasting}
    current = {one.key: episode_of(one, before.get(one.key), now) for one in conditions}
    told = tuple(rule for rule in rules if rule.about != "developments")
    begun = tuple(one for key, one in current.items() if one != before.get(key))
    ended = tuple(replace(one, ended_at=now) for key, one in before.items() if one != current.get(key))
    alerts = [
        _alert(health_id(rule.name, current[one.key]), rule, channels, write_health_message(one), now)
        for one in conditions
        for rule in told
        if rule.name not in one.not_by and health_id(rule.name, current[one.key]) not in known
    ]
    for episode in ended:
        if not _is_followed(episode, current.values()):
            alerts += _all_clear(episode, told, channels, known, now)
    return HealthDecision(episodes=(*ended, *begun), alerts=tuple(alerts))


def health_id(rule: str, episode: Episode) -> str:
    """Return the id of the one alert by which the rule of that name tells of this episode of trouble."""
    return stable_id("h", rule, episode.subject, episode.name, to_utc(episode.since).isoformat())


def all_clear_id(rule: str, episode: Episode) -> str:
    """Return the id of the one alert by which the rule of that name tells that this episode is over."""
    return stable_id("c", rule, episode.subject, episode.name, to_utc(episode.since).isoformat())


def write_health_message(condition: Condition) -> Message:
    """Return the message about `condition`: what, since when, what was seen, what to do."""
    lines = [plain_line(line, SENTENCE_LENGTH) for line in condition.says]
    advice = f"What to do: {plain_line(condition.advice, SENTENCE_LENGTH)}"
    title = plain_line(f"newswatch: {condition.title}", TITLE_LENGTH)
    return Message(title=title, body="\n".join((*lines, "", advice)))


def write_all_clear(episode: Episode) -> Message:
    """Return the message that an episode is over."""
    end = episode.ended_at or episode.seen_at
    lasted = f"It lasted {span(end - episode.since)}, from {shown_time(episode.since)} to {shown_time(end)}."
    return Message(title=plain_line(f"{OVER} {episode.title}", TITLE_LENGTH), body=f"This is over.\n{lasted}")


def episode_of(condition: Condition, before: Episode | None, now: datetime) -> Episode:
    """Return the episode that lasts, where `condition` is still the same one, else a new one; None: none lasted."""
    if before is not None and condition.since in {None, before.since}:
        return before
    return Episode(
        name=condition.name,
        subject=condition.subject,
        since=condition.since or now,
        seen_at=now,
        grave=condition.grave,
        title=plain_line(condition.title),
        says="\n".join(plain_line(line, SENTENCE_LENGTH) for line in condition.says),
        advice=plain_line(condition.advice, SENTENCE_LENGTH),
    )


def _is_followed(ended: Episode, current: Iterable[Episode]) -> bool:
    """Tell whether the end is no good news: it only happened, or the source is in another trouble now."""
    if ended.name in _HAPPENED:
        return True
    others = STATES if ended.name in STATES else _POLLED_NO_MORE if ended.name == "silent" else frozenset()
    return any(one.name in others and one.subject == ended.subject for one in current)


def _all_clear(
    ended: Episode,
    rules: Sequence[AlertRule],
    channels: Mapping[str, str],
    known: Mapping[str, str],
    now: datetime,
) -> Iterator[Alert]:
    """Yield the alerts on the end of an episode, to the rules that were told of it, or would still be."""
    message = write_all_clear(ended)
    for rule in rules:
        first = health_id(rule.name, ended)
        state = known.get(first)
        if state == "sent":
            over = all_clear_id(rule.name, ended)
            if over not in known:
                yield _alert(over, rule, channels, message, now)
        elif state is not None:
            yield _alert(first, rule, channels, message, now)


def _alert(
    alert_id: str, rule: AlertRule, channels: Mapping[str, str], message: Message, now: datetime
) -> Alert:
    return Alert(
        alert_id=alert_id,
        kind="health",
        development_id=None,
        rule=rule.name,
        channel=channels.get(rule.name, UNSET),
        state="pending",
        created_at=now,
        sent_at=None,
        attempts=0,
        error=None,
        title=message.title,
        body=message.body,
    )
