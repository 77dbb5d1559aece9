"""Lists of subscriptions (OPML 1 and 2), as feed readers exchange them: what one says, and how one is written.

The known library (listparser) tells neither the language nor the kind of an entry, and needs more of its own than
this is: so lxml alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.records import Source, SourceKind
from extractors.sources.listing import absolute, short_title
from extractors.sources.xml_tree import name_of, xml_root

#: Entries of a list that are read: more than any person reads.
MOST_SUBSCRIPTIONS = 10_000
_KINDS: dict[str, SourceKind] = {"/sitemap": "sitemap", "/page": "page", "/search": "search"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An entry of a list: an address with its name (None for none) and language (two letters, None where not said)."""

    url: str
    kind: SourceKind
    title: str | None
    language: str | None


def read_opml(body: bytes, name: str = "OPML") -> tuple[Subscription, ...]:
    """Return the subscriptions of the list `body`, nested ones too, each address once; `name` is for the error.

    Raises:
        ParseError: `broken-opml` where it is no such list.
    """
    text = without_declaration(decode(body, None)).lstrip()
    root = xml_root(text, name, "broken-opml")
    if name_of(root) != "opml":
        raise ParseError(
            name, "broken-opml", "this is no list of subscriptions: it does not begin with <opml>"
        )
    found: dict[str, Subscription] = {}
    for outline in root.iter("outline"):
        subscription = _subscription({str(key).lower(): str(value) for key, value in outline.items()})
        if subscription and len(found) < MOST_SUBSCRIPTIONS:
            found.setdefault(subscription.url, subscription)
    return tuple(found.values())


def _subscription(told: dict[str, str]) -> Subscription | None:
    """Return the subscription of an entry, None for a folder or a link that is none of ours."""
    feed = absolute("", told.get("xmlurl"))
    kind = _KINDS.get(told.get("category", ""))
    url = feed or (absolute("", told.get("url")) if kind else None)
    if url is None:
        return None
    title = short_title(told.get("title")) or short_title(told.get("text"))
    language = told.get("language", "")[:2].lower()
    return Subscription(url=url, kind=kind or "feed", title=title, language=language or None)


def write_opml(title: str, sources: Iterable[Source]) -> str:
    """Return `sources` as OPML 2.0. Sitemaps and pages are links in it, which readers of feeds pass over."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in sources:
        name = source.publisher or source.source_id
        told = {"text": name, "title": name}
        if source.kind in ("feed", "search"):
            told |= {"type": "rss", "xmlUrl": source.url}
        else:
            told |= {"type": "link", "url": source.url}
        if source.kind != "feed":
            told["category"] = f"/{source.kind}"
        if source.language:
            told["language"] = source.language
        etree.SubElement(body, "outline", told)
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
