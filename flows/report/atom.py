"""The Atom feed of developments (RFC 4287)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from extractors.records import stable_id
from flows.alerts.escaping import web_address, xml_text
from flows.alerts.message import plain_line
from flows.report.data import Entry, Link
from flows.report.words import Words, words_of

FEED = "developments.atom"
_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEFAULT: Any = {None: _ATOM}  # the stubs know no default namespace
_ENGLISH = words_of("en")


def atom_feed(
    entries: Sequence[Entry],
    title: str,
    now: datetime,
    *,
    words: Words = _ENGLISH,
    name: str = "",
    served_at: str | None = None,
) -> bytes:
    """Return the feed of `entries`, the newest first, in `words`; `now` is its time where there is no entry.

    The ids are stable: `urn:newswatch:development:` and the id of the development; that of the feed comes from the
    `name` of the watch, which stays when its title is written anew. An entry counts as updated when its development
    became official, was contradicted or withdrawn. `served_at` is the address of the folder of the report, None where
    nobody serves it.
    """
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=_DEFAULT)
    root.set(_LANGUAGE, words.language)
    _add(root, "id", f"urn:newswatch:developments:{stable_id('f', name or title)}")
    _add(root, "title", title or "newswatch")
    _add(root, "updated", stamp(max((entry.updated_at for entry in entries), default=now)))
    if served_at:
        _link(root, "self", address_of(served_at, FEED))
        _link(root, "alternate", address_of(served_at, "index.html"))
    _add(_add(root, "author"), "name", "newswatch")
    for entry in entries:
        _entry(_add(root, "entry"), entry, words)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def address_of(served_at: str, name: str) -> str:
    """Return the address of a file of the report."""
    return web_address(f"{served_at.rstrip('/')}/{name}")


def entry_id(entry: Entry) -> str:
    """Return the id of a development in feeds, which never changes."""
    return f"urn:newswatch:development:{plain_line(entry.development_id)}"


def entry_title(entry: Entry, words: Words) -> str:
    """Return the title of a development in feeds; it says so where it was withdrawn."""
    title = words.told(entry.what or entry.headline) or words.catalogue.gettext("Development")
    return words.terms.say("withdrawn_title", what=title) if entry.withdrawn else title


def entry_text(entry: Entry, words: Words) -> str:
    """Return what is known of a development as plain text."""
    return "\n".join(_lines(entry, words))


def entry_terms(entry: Entry) -> tuple[str, ...]:
    """Return what a development can be sorted by, in no language: these are the words of the views."""
    return (entry.event_type, entry.status, entry.basis, *(["withdrawn"] if entry.withdrawn else []))


def stamp(moment: datetime) -> str:
    """Return a time as feeds have it (RFC 3339), in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(element: etree._Element, entry: Entry, words: Words) -> None:
    _add(element, "id", entry_id(entry))
    _add(element, "title", entry_title(entry, words))
    _add(element, "updated", stamp(entry.updated_at))
    _add(element, "published", stamp(entry.reported_at))
    if entry.first.url:
        _link(element, "alternate", web_address(entry.first.url))
    _add(_add(element, "author"), "name", entry.first.publisher or words.catalogue.gettext("unknown"))
    for term in entry_terms(entry):
        _add(element, "category").set("term", xml_text(term))
    _add(element, "content", entry_text(entry, words)).set("type", "text")


def _lines(entry: Entry, words: Words) -> Iterator[str]:
    """Yield what is known of a development, the withdrawal first."""
    _ = words.catalogue.gettext
    withdrawn = f" ({_('withdrawn')})"
    if entry.withdrawn:
        when = f" {words.time(entry.withdrawn_at)}" if entry.withdrawn_at else ""
        said = (
            _quoted(entry.correction.sentence, entry.correction.report, words)
            if entry.correction
            else _("the article is no longer kept")
        )
        yield f"{_('Withdrawn')}{when}: {said}"
    yield ", ".join((words.event(entry.event_type), words.status(entry.status), words.basis(entry.basis)))
    if known := entry.known_before:
        yield f"{_('Known before')}: {words.told(known.what)}{withdrawn if known.withdrawn else ''}"
    yield f"“{entry.sentence}” ({entry.first.publisher or _('the article is no longer kept')})"
    for other in entry.contradictions:
        said = _quoted(other.sentence, other.first, words)
        yield f"{_('Contradicts:')} {words.told(other.what)}{withdrawn if other.withdrawn else ''}, {said}"
    if entry.figures:
        yield f"{_('Figures')}: {', '.join(entry.figures)}"
    names = {
        "first report": _("First report"),
        "second origin": _("Second origin"),
        "official": _("Official"),
    }
    for moment in entry.moments:
        by = f", {moment.by.publisher}" if moment.by and moment.by.publisher else ""
        yield f"{names[moment.name]}: {words.time(moment.at)}{by}"
    yield f"{words.origins(entry.origins)}; {words.reach(entry.articles, entry.copies)}"


def _quoted(sentence: str, report: Link, words: Words) -> str:
    gone = words.catalogue.gettext("the article is no longer kept")
    place = ", ".join(filter(None, (report.publisher, report.url))) or gone
    return f"“{sentence}” ({place})"


def _link(parent: etree._Element, rel: str, href: str) -> None:
    link = _add(parent, "link")
    link.set("rel", rel)
    link.set("href", href)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    if text is not None:
        element.text = xml_text(text)
    return element
