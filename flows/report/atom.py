"""The Atom feed of developments (RFC 4287)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from extractors.records import stable_id
from flows.alerts.escaping import web_address
from flows.alerts.message import WITHDRAWN, plain_line, shown_time
from flows.report.data import Entry, Link

_ATOM = "http://www.w3.org/2005/Atom"
#: Instead of publisher and link.
KEPT_NO_MORE = "the article is no longer kept"
_DEFAULT: Any = {None: _ATOM}  # the stubs know no default namespace


def atom_feed(entries: Sequence[Entry], title: str, now: datetime) -> bytes:
    """Return the feed of `entries`, the newest first; `now` is its time where there is no entry.

    The ids are stable: `urn:newswatch:development:` and the id of the development. An entry counts as updated when its
    development was contradicted or withdrawn.
    """
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=_DEFAULT)
    _add(root, "id", f"urn:newswatch:developments:{stable_id('f', title)}")
    _add(root, "title", title or "newswatch")
    _add(root, "updated", stamp(max((entry.updated_at for entry in entries), default=now)))
    _add(_add(root, "author"), "name", "newswatch")
    for entry in entries:
        _entry(_add(root, "entry"), entry)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def entry_id(entry: Entry) -> str:
    """Return the id of a development in feeds, which never changes."""
    return f"urn:newswatch:development:{plain_line(entry.development_id)}"


def entry_title(entry: Entry) -> str:
    """Return the title of a development in feeds; it says so where it was withdrawn."""
    title = entry.what or entry.headline or "Development"
    return f"{WITHDRAWN} {title}" if entry.withdrawn else title


def entry_text(entry: Entry) -> str:
    """Return what is known of a development as plain text."""
    return "\n".join(_lines(entry))


def entry_terms(entry: Entry) -> tuple[str, ...]:
    """Return what a development can be sorted by."""
    return (entry.event_type, entry.status, entry.basis, *(["withdrawn"] if entry.withdrawn else []))


def stamp(moment: datetime) -> str:
    """Return a time as feeds have it (RFC 3339), in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(element: etree._Element, entry: Entry) -> None:
    _add(element, "id", entry_id(entry))
    _add(element, "title", entry_title(entry))
    _add(element, "updated", stamp(entry.updated_at))
    _add(element, "published", stamp(entry.reported_at))
    if entry.first.url:
        link = _add(element, "link")
        link.set("rel", "alternate")
        link.set("href", web_address(entry.first.url))
    _add(_add(element, "author"), "name", entry.first.publisher or "unknown")
    for term in entry_terms(entry):
        _add(element, "category").set("term", _xml(term))
    _add(element, "content", entry_text(entry)).set("type", "text")


def _lines(entry: Entry) -> Iterator[str]:
    """Yield what is known of a development, the withdrawal first."""
    if entry.withdrawn:
        when = f" {shown_time(entry.withdrawn_at)}" if entry.withdrawn_at else ""
        said = (
            _quoted(entry.correction.sentence, entry.correction.report) if entry.correction else KEPT_NO_MORE
        )
        yield f"Withdrawn{when}: {said}"
    yield f"{entry.event_type}, {entry.status}, {entry.basis}"
    if entry.known_before:
        yield f"Known before: {entry.known_before.what}"
    yield f"“{entry.sentence}” ({entry.first.publisher or KEPT_NO_MORE})"
    for other in entry.contradictions:
        withdrawn = " (withdrawn)" if other.withdrawn else ""
        yield f"Contradicts: {other.what}{withdrawn}, {_quoted(other.sentence, other.first)}"
    if entry.figures:
        yield f"Figures: {', '.join(entry.figures)}"
    for moment in entry.moments:
        by = f", {moment.by.publisher}" if moment.by and moment.by.publisher else ""
        yield f"{moment.name.capitalize()}: {shown_time(moment.at)}{by}"
    yield f"Independent origins: {entry.origins}; {entry.reach}"


def _quoted(sentence: str, report: Link) -> str:
    place = ", ".join(filter(None, (report.publisher, report.url))) or KEPT_NO_MORE
    return f"“{sentence}” ({place})"


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    if text is not None:
        element.text = _xml(text)
    return element


def _xml(text: str) -> str:
    """Return `text` without the two code points that XML 1.0 forbids and `plain_line` lets pass."""
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
