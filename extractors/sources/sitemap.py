"""News sitemaps (Google's `news:` namespace) and sitemap indexes, one level deep."""

import gzip
import io
import re
import zlib
from datetime import datetime, timedelta

from lxml import etree

from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.moments import parse_moment
from extractors.records import Item, Source
from extractors.sources.listing import Listing, absolute, bounded, short_title

#: A news sitemap holds the articles of the last two days (Google's rule); older ones are not news.
_NEWS_FOR = timedelta(days=2)
#: How many sitemaps of an index are read.
MOST_SITEMAPS = 5
_MOST_BYTES = 20_000_000


def parse_sitemap(
    body: bytes, content_type: str | None, source: Source, url: str, *, now: datetime
) -> Listing:
    """Return what the sitemap `body`, had from `url`, lists; for an index, the sitemaps in `more`.

    Entries older than two days before `now` are left out; an empty sitemap is fine.

    Raises:
        ParseError: `empty-body`, `html-for-xml` or `broken-sitemap`.
    """
    root = _root(_unpacked(body, url), content_type, url)
    kind = etree.QName(root).localname.lower()
    if kind == "sitemapindex":
        return Listing(items=(), more=_newest_sitemaps(root, url, now))
    if kind != "urlset":
        raise ParseError(url, "broken-sitemap", f"its outermost tag is {kind[:50]!r}")
    found = [_item(entry, source, url, now) for entry in root.iterfind("{*}url")]
    return Listing(items=bounded([item for item in found if item]))


def _unpacked(body: bytes, url: str) -> bytes:
    """Unpack a `.xml.gz`, within the bound of a listing."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(_MOST_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise ParseError(url, "broken-sitemap", "it is packed, and broken") from error


def _root(body: bytes, content_type: str | None, url: str) -> "etree._Element":
    text = without_declaration(decode(body, content_type))
    if not text.strip():
        raise ParseError(url, "empty-body", "the answer was empty")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(url, "broken-sitemap", str(error)) from error
    if root is None or not isinstance(root.tag, str):
        raise ParseError(url, "broken-sitemap", "no XML was found in it")
    if etree.QName(root).localname.lower() == "html" or re.match(r"\s*<!doctype html", text, re.IGNORECASE):
        raise ParseError(url, "html-for-xml", "an HTML page came where a sitemap was expected")
    return root


def _newest_sitemaps(root: "etree._Element", url: str, now: datetime) -> tuple[str, ...]:
    """Return the sitemaps that may hold news: changed in the last two days or without a date, newest first."""
    dated = []
    for entry in root.iterfind("{*}sitemap"):
        at = absolute(url, entry.findtext("{*}loc"))
        changed = parse_moment(entry.findtext("{*}lastmod"), None, now)
        if at and (changed is None or changed >= now - _NEWS_FOR):
            dated.append((changed or now - _NEWS_FOR, at))
    dated.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(dict.fromkeys(at for _, at in dated))[:MOST_SITEMAPS]


def _item(entry: "etree._Element", source: Source, url: str, now: datetime) -> Item | None:
    at = absolute(url, entry.findtext("{*}loc"))
    if at is None:
        return None
    language = source.language or (entry.findtext(".//{*}language") or "")[:2].lower() or None
    published = parse_moment(entry.findtext(".//{*}publication_date"), language, now)
    changed = published or parse_moment(entry.findtext("{*}lastmod"), language, now)
    if changed is not None and changed < now - _NEWS_FOR:
        return None
    title = short_title(entry.findtext("{*}news/{*}title"))
    return Item(source_id=source.source_id, url=at, title=title, published_at=published)
