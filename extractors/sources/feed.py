"""Feeds: RSS 0.9x to 2.0, RDF and Atom by feedparser, JSON Feed by `sources.json_feed`."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax import SAXParseException

import feedparser

from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.moments import parse_moment, zone_of
from extractors.records import Item, Source
from extractors.sources.json_feed import parse_json_feed
from extractors.sources.listing import MOST_ITEMS, Listing, absolute, bounded, short_summary, short_title
from extractors.sources.plain import plain_text

#: Seconds of the update periods of RSS 1.0's syndication module.
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
#: A feed that asks to wait longer than a day is a feed whose settings nobody looked at.
_LONGEST_WAIT_S = 86400.0
_HTML = re.compile(
    r"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html\b|head\b|body\b)", re.IGNORECASE | re.DOTALL
)
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|(\d{1,10}));")
_ZONE_SAID = re.compile(r"(?:Z|[A-Z]{2,5}|[+-]\d{2}:?\d{2})\s*$")


def parse_feed(body: bytes, content_type: str | None, source: Source, url: str, *, now: datetime) -> Listing:
    """Return what the feed `body`, had from `url`, lists.

    `content_type` is the header as sent, None where there was none; `now` bounds dates that lie ahead.

    Raises:
        ParseError: `empty-body`, `html-for-xml` or `broken-feed`.
    """
    text = decode(body, content_type)
    if not text.strip():
        raise ParseError(url, "empty-body", "the answer was empty")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return parse_json_feed(text, source, url, now=now)
    text = without_declaration(text)
    if _HTML.match(text):
        raise ParseError(url, "html-for-xml", "an HTML page came where a feed was expected")
    parsed = _parsed(text, url)
    feed, entries = parsed.feed, parsed.entries[:MOST_ITEMS]
    if not entries and not (parsed.get("version") or feed.get("title")):
        raise ParseError(url, "broken-feed", str(parsed.get("bozo_exception") or "no feed was found in it"))
    language = source.language or (feed.get("language") or "")[:2].lower() or None
    base = absolute(url, feed.get("link")) if _is_base(feed.get("link")) else url
    found = [item for item in (_item(entry, source, base or url, language, now) for entry in entries) if item]
    if entries and not found:
        raise ParseError(url, "broken-feed", f"none of its {len(entries)} entries has a link")
    if not entries and isinstance(parsed.get("bozo_exception"), SAXParseException):
        raise ParseError(url, "broken-feed", str(parsed["bozo_exception"]))
    return Listing(items=bounded(found), wait_s=_wait_s(feed))


def _parsed(text: str, url: str) -> Any:
    """Run feedparser on text that is UTF-8 for certain; it raises on some hostile input, whatever it says."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    stream = io.BytesIO(_REFERENCE.sub(_sound, text).encode("utf-8", "replace"))
    try:
        return feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, re.error, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise ParseError(url, "broken-feed", f"{type(error).__name__}: {error}") from error


def _sound(reference: re.Match[str]) -> str:
    """Return a numeric reference, or U+FFFD where it names no character: one of those must not cost the feed."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    is_character = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF  # noqa: PLR2004 - XML 1.0, 2.2
    return reference[0] if is_character else "\ufffd"


def _is_base(link: str | None) -> bool:
    return bool(link and link.startswith(("http://", "https://")))


def _item(
    entry: Mapping[str, Any], source: Source, base: str, language: str | None, now: datetime
) -> Item | None:
    guid = (entry.get("id") or "").strip() or None
    url = absolute(base, entry.get("link")) or (absolute(base, guid) if _is_base(guid) else None)
    if url is None:
        return None
    return Item(
        source_id=source.source_id,
        url=url,
        guid=guid,
        title=short_title(plain_text(entry.get("title"))),
        published_at=_published(entry, language, now),
        summary=short_summary(_fullest(entry)),
        authors=_authors(entry),
    )


def _fullest(entry: Mapping[str, Any]) -> str:
    texts = [plain_text(content.get("value")) for content in entry.get("content", ())]
    texts.append(plain_text(entry.get("summary")))
    return max(texts, key=len)


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = [author.get("name") for author in entry.get("authors", ())] or [entry.get("author")]
    return tuple(dict.fromkeys(name for name in (plain_text(text)[:200] for text in names if text) if name))


def _published(entry: Mapping[str, Any], language: str | None, now: datetime) -> datetime | None:
    """Read the date from what the feed wrote: feedparser's own reading takes a time without a zone for UTC."""
    for name in ("published", "updated", "created"):
        written = entry.get(name) if name in entry else None
        moment = parse_moment(written, language, now)
        if moment:
            return moment
        parts = entry.get(f"{name}_parsed") if written else None
        if parts:
            zone = UTC if _ZONE_SAID.search(written or "") else zone_of(language)
            year, month, day, hour, minute, second = parts[:6]
            told = datetime(year, month, day, hour, minute, second, tzinfo=zone)
            return parse_moment(told.isoformat(), language, now)
    return None


def _wait_s(feed: Mapping[str, Any]) -> float | None:
    """Return the larger of ttl (minutes) and update period, a day at most."""
    waits = []
    ttl = str(feed.get("ttl") or "").strip()
    if ttl.isascii() and ttl.isdigit():
        waits.append(float(ttl[:9]) * 60)
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if period:
        often = str(feed.get("sy_updatefrequency") or "1").strip()
        waits.append(period / max(int(often[:6]) if often.isascii() and often.isdigit() else 1, 1))
    return min(max(waits), _LONGEST_WAIT_S) if waits and max(waits) > 0 else None
