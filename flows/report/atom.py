"""The Atom feed of developments (RFC 4287)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from extractors.records import stable_id
from flows.alerts.message import plain_line
from flows.report.data import Entry

_ATOM = "http://www.w3.org/2005/Atom"
_DEFAULT: Any = {None: _ATOM}  # the stubs know no default namespace


def atom_feed(entries: Sequence[Entry], title: str, now: datetime) -> bytes:
    """Return the feed of `entries`, the newest first; `now` is its time where there is no entry.

    The ids are stable: `urn:newswatch:development:` and the id of the development.
    """
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=_DEFAULT)
    _add(root, "id", f"urn:newswatch:developments:{stable_id('f', title)}")
    _add(root, "title", title or "newswatch")
    _add(root, "updated", _stamp(max((entry.reported_at for entry in entries), default=now)))
    _add(_add(root, "author"), "name", "newswatch")
    for entry in entries:
        _entry(_add(root, "entry"), entry)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _entry(element: etree._Element, entry: Entry) -> None:
    _add(element, "id", f"urn:newswatch:development:{plain_line(entry.development_id)}")
    _add(element, "title", entry.what or entry.headline or "Development")
    _add(element, "updated", _stamp(entry.reported_at))
    _add(element, "published", _stamp(entry.reported_at))
    if entry.first.url:
        link = _add(element, "link")
        link.set("rel", "alternate")
        link.set("href", _xml(entry.first.url))
    _add(_add(element, "author"), "name", entry.first.publisher)
    for term in (entry.event_type, entry.status, entry.basis):
        _add(element, "category").set("term", _xml(term))
    lines = [
        f"{entry.event_type}, {entry.status}, {entry.basis}",
        *([f"Known before: {entry.known_before}"] if entry.known_before else []),
        f"“{entry.sentence}” ({entry.first.publisher})",
        f"Independent origins: {entry.origins}; articles: {entry.articles}",
    ]
    _add(element, "content", "\n".join(lines)).set("type", "text")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    if text is not None:
        element.text = _xml(text)
    return element


def _xml(text: str) -> str:
    """Return `text` without the two code points that XML 1.0 forbids and `plain_line` lets pass."""
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
