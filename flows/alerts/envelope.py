"""A message as it is handed to whoever sends it: one text in several forms, and as JSON for web hooks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from extractors.clock import to_utc
from extractors.records import stable_id
from flows.alerts.channel import CUT
from flows.alerts.forms import as_html, as_markdown
from flows.alerts.message import OVER, Message, Part, counted
from flows.alerts.sending import BROKEN_OFF
from flows.alerts.told import kept_development, parts_of
from flows.alerts.words import DEFAULT, words_in
from warehouse.judged import Alert

#: Put under a message that may have gone out before, in English.
REPEAT = words_in(DEFAULT).says["repeat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message in all forms; `hook` is what web hooks get, `message_id` the same at each try."""

    message_id: str
    title: str
    body: str
    markdown: str
    html: str
    hook: Mapping[str, Any]

    def to(self, key: str, url: str, secret: str | None) -> dict[str, Any]:
        """Return what the sending process is told: the message that is `key` to us, and where it goes."""
        return {"id": key, "url": url, "secret": secret, **asdict(self)}


def envelope_of(group: Sequence[Alert]) -> Envelope:
    """Return the message that tells these alerts, and that it may be a repeat where one of them may have arrived."""
    repeat = any(map(may_have_arrived, group))
    language = _language(group[0])
    parts = list(_parts(group))
    if repeat:
        parts += [Part(kind="gap"), Part(kind="line", text=words_in(language).says["repeat"])]
    title, body = title_of(group), "\n".join(map(str, parts))
    message_id = message_id_of(group)
    hook = _hook(group, repeat=repeat) | {"title": title, "message": body}
    return _envelope(message_id, title, parts, hook)


def test_envelope(rule: str, message: Message, now: datetime) -> Envelope:
    """Return a message that tells of nothing but itself."""
    parts = [Part(kind="line", text=message.body)]
    told = {"type": "test", "timestamp": to_utc(now).isoformat(), "data": {"rule": rule}}
    hook = told | {"title": message.title, "message": message.body}
    return _envelope(stable_id("m", rule, to_utc(now).isoformat()), message.title, parts, hook)


def message_of(group: Sequence[Alert]) -> Message:
    """Return the message that tells these alerts, as plain text."""
    envelope = envelope_of(group)
    return Message(title=envelope.title, body=envelope.body)


def may_have_arrived(alert: Alert) -> bool:
    """Tell whether an attempt to send `alert` was broken off, by a kill or because no answer came."""
    if alert.state == "failed":
        return alert.error is not None and alert.error.endswith((BROKEN_OFF, CUT))
    return alert.state in {"pending", "held"} and alert.attempts > 0


def message_id_of(group: Sequence[Alert]) -> str:
    """Return the id of the message: of the same alerts, as long as they tell the same, it is the same."""
    return stable_id("m", *(f"{alert.alert_id} {alert.says or ''}" for alert in group))


def title_of(group: Sequence[Alert]) -> str:
    """Return the title of the message that tells these alerts."""
    if len(group) == 1:
        return group[0].title
    if group[0].kind == "development":
        return words_in(_language(group[0])).say("digest", count=len(group))
    over = sum(alert.title.startswith(OVER) for alert in group)
    told = (
        counted(len(group) - over, "trouble") if over < len(group) else "",
        f"{over} over" if over else "",
    )
    return f"newswatch: {', '.join(filter(None, told))}"


def _parts(group: Sequence[Alert]) -> Sequence[Part]:
    if len(group) == 1:
        return parts_of(group[0])
    found: list[Part] = []
    for number, alert in enumerate(group, 1):
        gap = [Part(kind="gap")] if found else []
        found += [*gap, Part(kind="line", text=f"{number}. {alert.title}"), *parts_of(alert)]
    return found


def _hook(group: Sequence[Alert], *, repeat: bool) -> dict[str, Any]:
    told = [_told(alert) for alert in group]
    first = group[0]
    if first.kind == "health":
        kind, data = "health", {"alerts": told}
    elif len(group) == 1:
        kind, data = f"development.{first.says or 'news'}", told[0]
    else:
        kind, data = "developments.digest", {"alerts": told}
    at = max(alert.created_at for alert in group)
    extra = {"rule": first.rule, "may_be_repeat": repeat}
    return {"type": kind, "timestamp": to_utc(at).isoformat(), "data": {**data, **extra}}


def _told(alert: Alert) -> dict[str, Any]:
    told = {"alert_id": alert.alert_id, "title": alert.title, "says": alert.says}
    development = kept_development(alert)
    return told | ({"development": development} if development else {"message": alert.body})


def _envelope(message_id: str, title: str, parts: Sequence[Part], hook: Mapping[str, Any]) -> Envelope:
    return Envelope(
        message_id=message_id,
        title=title,
        body="\n".join(map(str, parts)),
        markdown=as_markdown(parts),
        html=as_html(parts),
        hook=hook,
    )


def _language(alert: Alert) -> str:
    found: str = json.loads(alert.told).get("language", DEFAULT) if alert.told else DEFAULT
    return found
