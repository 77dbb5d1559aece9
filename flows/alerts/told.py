"""What an alert keeps beside its text: the message in parts for every form of it, and the development for web hooks."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from extractors.clock import to_utc
from flows.alerts.message import Evidence, Message, Part, Place, Word, is_link, plain_line
from warehouse.judged import Alert, Development

_DEVELOPMENT = (
    "development_id",
    "story_id",
    "event_type",
    "status",
    "basis",
    "what",
    "sentence",
    "origins",
    "articles",
    "copies",
    "state",
    "supersedes",
    "contradicts",
)
_TIMES = ("reported_at", "detected_at", "confirmed_at", "official_at", "withdrawn_at")


def told(development: Development, evidence: Evidence, message: Message, language: str) -> str:
    """Return the parts of the message, its language and its development as JSON."""
    kept = {
        "language": language,
        "parts": [asdict(part) for part in message.parts],
        "development": development_told(development, evidence),
    }
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def parts_of(alert: Alert) -> tuple[Part, ...]:
    """Return the message of `alert` in parts; of one that is kept as text only, its lines."""
    kept = json.loads(alert.told) if alert.told else {}
    if "parts" in kept:
        return tuple(Part(**part) for part in kept["parts"])
    lines = (Part(kind="line" if line else "gap", text=line) for line in alert.body.split("\n"))
    return tuple(lines)


def kept_development(alert: Alert) -> dict[str, Any] | None:
    """Return the development of `alert` as web hooks get it, None for health and alerts of older programs."""
    found: dict[str, Any] | None = json.loads(alert.told).get("development") if alert.told else None
    return found


def development_told(development: Development, evidence: Evidence) -> dict[str, Any]:
    """Return what a program may want to know of the development: only what can be written as JSON."""
    names = dict(zip(development.participants, evidence.names, strict=False))
    found: dict[str, Any] = {name: _plain(getattr(development, name)) for name in _DEVELOPMENT}
    found |= {name: _stamp(getattr(development, name)) for name in _TIMES}
    found["participants"] = [{"id": key, "name": names.get(key, key)} for key in development.participants]
    found["story"] = {"title": plain_line(evidence.story_title), "url": evidence.story_url}
    found["first"] = _place(evidence.first)
    found["second"] = _place(evidence.second)
    found["links"] = [link for link in evidence.links if is_link(link)]
    found["known_before"] = _other(evidence.before, None) if evidence.before else None
    found["against"] = [_other(other.development, other.place) for other in evidence.against]
    found["official"] = _word(evidence.official)
    found["correction"] = _word(evidence.correction)
    return found


def _other(development: Development, place: Place | None) -> dict[str, Any]:
    kept = ("development_id", "event_type", "status", "basis", "what", "sentence", "state")
    return {name: _plain(getattr(development, name)) for name in kept} | {
        "reported_at": _stamp(development.reported_at),
        "first": _place(place),
    }


def _word(word: Word | None) -> Mapping[str, Any] | None:
    return None if word is None else {"sentence": plain_line(word.sentence), "report": _place(word.place)}


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "url": place.url if is_link(place.url) else None,
        "publisher": plain_line(place.publisher),
        "reported_at": _stamp(place.reported_at),
        "language": place.language,
    }


def _plain(value: object) -> object:
    return plain_line(value) if isinstance(value, str) else value


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else to_utc(moment).isoformat()
