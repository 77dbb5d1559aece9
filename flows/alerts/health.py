"""What the pipeline tells of its own health: which trouble alerts which rule, and in what words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from extractors.records import stable_id
from extractors.watch import AlertRule
from flows.alerts.message import (
    SENTENCE_LENGTH,
    TITLE_LENGTH,
    Message,
    counted,
    is_link,
    plain_line,
    shown_time,
)
from flows.alerts.rules import UNSET, channels_of
from warehouse.database import Connection
from warehouse.judged import Alert
from warehouse.outbox import known_alert_ids
from warehouse.troubles import Trouble

_TITLES = {
    "failing": "has been failing for {span}",
    "gone": "is gone for good",
    "closed": "has ended",
    "duplicate": "has become another source",
    "replaced": "cannot be had, another listing is read",
}
_SAYS = {
    "failing": "Nothing could be had from it since {since}, in {polls} in a row.",
    "gone": "Its address answered that it is gone for good (410), on {since}.",
    "closed": "It said that it will list nothing any more, on {since}.",
    "duplicate": "Since {since} it leads to the address of another source of the watch.",
    "replaced": "Since {since} another listing of its site is read in its place: {instead}",
}


class HealthDesk:
    """Decides on health alerts while a batch is loaded (a `HealthDecider`): one episode of trouble alerts a rule once.

    All rules of the watch are told, whatever they ask of developments, at any hour: whoever waits for news must know
    that none can come.
    """

    def __init__(self, con: Connection, rules: Sequence[AlertRule], environment: Mapping[str, str]) -> None:
        """Read which alerts there are; `environment` is asked for the kinds of channel only."""
        self._rules = rules
        self._channels = channels_of(rules, environment)
        self._known = set(known_alert_ids(con))

    def __call__(self, troubles: Sequence[Trouble], *, now: datetime) -> Sequence[Alert]:
        """Return an alert a rule for each trouble that it has not been told of."""
        found: list[Alert] = []
        for trouble in troubles:
            for rule in self._rules:
                alert_id = health_id(rule.name, trouble)
                if alert_id not in self._known:
                    self._known.add(alert_id)
                    found.append(_alert(alert_id, rule, self._channels.get(rule.name, UNSET), trouble, now))
        return found


def health_id(rule: str, trouble: Trouble) -> str:
    """Return the id of the one alert by which the rule of that name tells of this episode of trouble."""
    since = trouble.since.isoformat() if trouble.since else None
    return stable_id("h", rule, trouble.source_id, trouble.state, since)


def write_health_message(trouble: Trouble, now: datetime) -> Message:
    """Return the message about `trouble`: what, since when, its cause, what was seen and tried, what to do."""
    if trouble.source_id is None:
        return _all_failing(trouble, now)
    what = _TITLES[trouble.state].format(span=_span(trouble, now))
    title = f"newswatch: source {plain_line(trouble.source_id)} {what}"
    return Message(title=plain_line(title, TITLE_LENGTH), body="\n".join(_lines(trouble)))


def _lines(trouble: Trouble) -> Iterator[str]:
    since = shown_time(trouble.since) if trouble.since else "a time that is not known"
    instead = trouble.polled_url or ""
    yield _SAYS[trouble.state].format(
        since=since,
        polls=counted(trouble.failures, "poll"),
        instead=instead if is_link(instead) else "",
    )
    yield f"Source: {plain_line(trouble.source_id or '')} ({plain_line(trouble.kind or '')})"
    if trouble.url and is_link(trouble.url):
        yield trouble.url
    yield ""
    for name, told in (
        ("Cause", trouble.error or trouble.cause),
        ("Seen", trouble.evidence),
        ("Tried", trouble.tried),
        ("What to do", trouble.advice or "see `newswatch status` and `newswatch check --network`"),
    ):
        if told:
            yield f"{name}: {plain_line(told, SENTENCE_LENGTH)}"
    if trouble.next_poll_at is None:
        yield "It is not polled any more."
    else:
        yield f"It is polled again on {shown_time(trouble.next_poll_at)}."


def _all_failing(trouble: Trouble, now: datetime) -> Message:
    since = f"since {shown_time(trouble.since)}" if trouble.since else "so far"
    lines = (
        f"No source could be read {since}: {counted(trouble.failures, 'source')} failed twice or more, none worked.",
        "No news can be found while this lasts.",
        "",
        f"What to do: look at the network of the machine first, then at `newswatch status` ({shown_time(now)}).",
    )
    return Message(title="newswatch: no source can be read", body="\n".join(lines))


def _span(trouble: Trouble, now: datetime) -> str:
    days = (now - trouble.since).days if trouble.since else 0
    return counted(days, "day") if days else counted(trouble.failures, "poll")


def _alert(alert_id: str, rule: AlertRule, channel: str, trouble: Trouble, now: datetime) -> Alert:
    message = write_health_message(trouble, now)
    return Alert(
        alert_id=alert_id,
        kind="health",
        development_id=None,
        rule=rule.name,
        channel=channel,
        state="pending",
        created_at=now,
        sent_at=None,
        attempts=0,
        error=None,
        title=message.title,
        body=message.body,
    )
