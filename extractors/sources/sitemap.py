"""Sitemaps: Google's news sitemaps, plain ones by their dates, indexes one level deep, lists of addresses."""

import gzip
import io
import zlib
from datetime import datetime, timedelta

from lxml import etree

from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.moments import EARLIEST, parse_moment
from extractors.plain import plain_text
from extractors.records import Item, Source
from extractors.sources.feed import parse_feed
from extractors.sources.listing import MOST_ITEMS, Listing, absolute, bounded, is_html, short_title
from extractors.sources.xml_tree import name_of, xml_root

#: A news sitemap holds the articles of the last two days (Google's rule); older ones are not news.
_NEWS_FOR = timedelta(days=2)
#: How many sitemaps of an index are read.
MOST_SITEMAPS = 5
_MOST_BYTES = 20_000_000
#: Addresses a sitemap may have by its protocol.
_MOST_LINES = 50_000
_NEWS = "{*}news"
_FEEDS = frozenset(("rss", "feed", "rdf"))


def parse_sitemap(
    body: bytes, content_type: str | None, source: Source, url: str, *, now: datetime
) -> Listing:
    """Return what the sitemap `body`, had from `url`, lists; for an index, the sitemaps in `more`.

    Entries older than two days before `now` are left out; an empty sitemap is fine. Of one with more entries than
    a listing holds, the newest are returned. The protocol (sitemaps.org) also knows feeds and plain text, an
    address a line.

    Raises:
        ParseError: `empty-body`, `html-for-xml` or `broken-sitemap`, or as `parse_feed`.
    """
    body = _unpacked(body, url)
    text = without_declaration(decode(body, content_type)).lstrip()
    if not text:
        raise ParseError(url, "empty-body", "the answer was empty")
    if text.startswith(("http://", "https://")):
        return Listing(items=bounded(_listed(text, source, url)))
    if is_html(text):
        raise ParseError(url, "html-for-xml", "an HTML page came where a sitemap was expected")
    root = xml_root(text, url, "broken-sitemap")
    kind = name_of(root)
    if kind in _FEEDS:
        return parse_feed(body, content_type, source, url, now=now)
    if kind == "sitemapindex":
        return Listing(items=(), more=_newest_sitemaps(root, url, now))
    if kind != "urlset":
        raise ParseError(url, "broken-sitemap", f"its outermost tag is {kind[:50]!r}")
    found = [entry for entry in (_entry(node, source, url, now) for node in root.iterfind("{*}url")) if entry]
    if len(found) > MOST_ITEMS:
        found.sort(key=lambda entry: entry[0] or EARLIEST, reverse=True)
    return Listing(items=bounded([item for _, item in found]))


def _listed(text: str, source: Source, url: str) -> list[Item]:
    addresses = (absolute(url, line) for line in text.split("\n", _MOST_LINES)[:_MOST_LINES])
    return [Item(source_id=source.source_id, url=at) for at in addresses if at]


def _unpacked(body: bytes, url: str) -> bytes:
    """Unpack a `.xml.gz`, within the bound of a listing."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(_MOST_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise ParseError(url, "broken-sitemap", "it is packed, and broken") from error


def _newest_sitemaps(root: "etree._Element", url: str, now: datetime) -> tuple[str, ...]:
    """Return the sitemaps that may hold news: changed in the last two days or without a date, newest first.

    Of those without a date, the ones that are called news go first.
    """
    dated = []
    for entry in root.iterfind("{*}sitemap"):
        at = absolute(url, entry.findtext("{*}loc"))
        changed = parse_moment(entry.findtext("{*}lastmod"), None, now)
        if at and (changed is None or changed >= now - _NEWS_FOR):
            dated.append((changed or now - _NEWS_FOR, "news" in at.lower(), at))
    dated.sort(key=lambda told: told[:2], reverse=True)
    return tuple(dict.fromkeys(at for _, _, at in dated))[:MOST_SITEMAPS]


def _entry(
    node: "etree._Element", source: Source, url: str, now: datetime
) -> tuple[datetime | None, Item] | None:
    """Return an entry with its date, that of publication or else of its last change; None for one that is no news."""
    at = absolute(url, node.findtext("{*}loc"))
    if at is None:
        return None
    language = (
        source.language
        or (node.findtext(f"{_NEWS}/{{*}}publication/{{*}}language") or "")[:2].lower()
        or None
    )
    published = parse_moment(node.findtext(f"{_NEWS}/{{*}}publication_date"), language, now, source.zone)
    changed = published or parse_moment(node.findtext("{*}lastmod"), language, now, source.zone)
    if changed is not None and changed < now - _NEWS_FOR:
        return None
    title = short_title(plain_text(node.findtext(f"{_NEWS}/{{*}}title")))
    return changed, Item(source_id=source.source_id, url=at, title=title, published_at=published)
