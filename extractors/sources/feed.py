"""Feeds: RSS 0.9x to 2.0, RDF and Atom by feedparser, JSON Feed by `sources.json_feed`."""

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit
from xml.sax import SAXParseException

import feedparser

from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.markup import is_endless
from extractors.moments import parse_moment, zone_of
from extractors.plain import plain_text
from extractors.records import Item, Source
from extractors.releases import release_of
from extractors.sources.json_feed import parse_json_feed
from extractors.sources.listing import (
    MOST_ITEMS,
    Listing,
    absolute,
    bounded,
    is_html,
    short_summary,
    short_title,
)
from extractors.sources.shortening import shortened
from extractors.sources.xml_tree import sound

#: The namespace of the marks of RFC 5005. Podcasts have a `complete` of their own, which may say `no`.
_HISTORY = "http://purl.org/syndication/history/1.0"
#: Seconds of the update periods of RSS 1.0's syndication module.
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
#: A feed that asks to wait longer than a day is a feed whose settings nobody looked at.
_LONGEST_WAIT_S = 86400.0
_ZONE_SAID = re.compile(r"(?:Z|[A-Z]{2,5}|[+-]\d{2}:?\d{2})\s*$")
_SITEMAP = re.compile(r"<(?:urlset|sitemapindex)[\s>]")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPS = {
    name: re.compile(rf"<{name}\b[^<>]{{0,200}}>(.{{0,3000}}?)</{name}\s*>", re.DOTALL)
    for name in ("skipHours", "skipDays")
}
_SKIPPED = re.compile(r"<(?:hour|day)\b[^<>]{0,200}>\s*(\w{1,20})\s*<")
#: Characters of a feed in which its own properties are looked for, in front of its items and behind them.
_HEAD, _TAIL = 100_000, 20_000
#: Characters of a message that came where a feed was expected (searches explain themselves so).
_QUOTED = 120
_HOURS_A_DAY, _DAYS_A_WEEK = 24, 7


def parse_feed(body: bytes, content_type: str | None, source: Source, url: str, *, now: datetime) -> Listing:
    """Return what the feed `body`, had from `url`, lists.

    `content_type` is the header as sent, None where there was none; `now` bounds dates that lie ahead.

    Raises:
        ParseError: `empty-body`, `html-for-xml`, `too-large` or `broken-feed`.
    """
    text = decode(body, content_type)
    if not text.strip():
        raise ParseError(url, "empty-body", "the answer was empty")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return parse_json_feed(text, source, url, now=now)
    text = without_declaration(text)
    if is_html(text):
        raise ParseError(url, "html-for-xml", "an HTML page came where a feed was expected")
    whole, text = text, shortened(text)
    if is_endless(text):
        raise ParseError(url, "too-large", "more markup than a feed has")
    parsed = _parsed(text, url)
    feed, entries = parsed.feed, parsed.entries[:MOST_ITEMS]
    if not entries and not (parsed.get("version") or feed.get("title")):
        raise ParseError(url, "broken-feed", _why(text, parsed))
    language = source.language or (feed.get("language") or "")[:2].lower() or None
    base = absolute(url, feed.get("link")) if _is_base(feed.get("link")) else url
    found = [item for item in (_item(entry, source, base or url, language, now) for entry in entries) if item]
    if entries and not found:
        raise ParseError(url, "broken-feed", f"none of its {len(entries)} entries has a link")
    if not entries and isinstance(parsed.get("bozo_exception"), SAXParseException):
        raise ParseError(url, "broken-feed", str(parsed["bozo_exception"]))
    skip_hours, skip_days = _skips(text)
    return Listing(
        items=bounded(found),
        wait_s=_wait_s(feed),
        skip_hours=skip_hours,
        skip_days=skip_days,
        **_place(parsed, url, whole=len(found) == len(parsed.entries) and text == whole),
    )


class _Place(TypedDict):
    closed: bool
    older: str | None
    complete: bool


def _place(parsed: Any, url: str, *, whole: bool) -> _Place:
    """Return where the document at `url` stands among the parts of its feed (RFC 5005).

    An archive that names another address as the current feed will not change any more. A feed says that it is complete
    for what it lists as a whole: `whole` is False where some of that was cut off here.
    """
    links: dict[str, str] = {}
    named = parsed.feed.get("links")
    for link in named if isinstance(named, list) else ():  # an element of that name takes its place
        at = absolute(url, link.get("href"))
        if at is not None:
            links.setdefault(str(link.get("rel")).lower(), at)
    named = (parsed.get("namespaces") or {}).items()
    prefixes = [prefix.lower() for prefix, name in named if name.rstrip("/").lower() == _HISTORY]

    def is_marked(mark: str) -> bool:
        return any((f"{prefix}_{mark}" if prefix else mark) in parsed.feed for prefix in prefixes)

    complete = is_marked("complete") and whole
    return _Place(
        closed=is_marked("archive") and _spelled_alike(links.get("current", url)) != _spelled_alike(url),
        older=None if complete else links.get("prev-archive") or links.get("next"),
        complete=complete,
    )


def _spelled_alike(url: str) -> tuple[str, str, str]:
    """Return host, path and query of an address, the same for its spellings with http or https, or a last slash."""
    parts = urlsplit(url)
    return parts.netloc.lower(), parts.path.rstrip("/"), parts.query


def _why(text: str, parsed: Mapping[str, Any]) -> str:
    if _SITEMAP.search(text[:2000]):
        return 'this is a sitemap: the source needs kind = "sitemap"'
    if "<" not in text:
        return f"it is plain text: {short_title(text[:_QUOTED])}"
    return str(parsed.get("bozo_exception") or "no feed was found in it")


def _parsed(text: str, url: str) -> Any:
    """Run feedparser on text that is UTF-8 for certain.

    It says that it never raises, and does on some inputs (a dozen kinds are known: kurtmckee/feedparser#599).
    """
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    stream = io.BytesIO(sound(text).encode("utf-8", "replace"))
    try:
        return feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # whatever it is, the bytes are no feed that can be read
        raise ParseError(url, "broken-feed", f"{type(error).__name__}: {error}") from error


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
        published_at=_published(entry, source, language, now),
        summary=short_summary(_fullest(entry)),
        authors=_authors(entry),
        publisher=_publisher(entry) if source.kind == "search" else None,
        release=release_of(entry, language, now, source.zone),
    )


def _publisher(entry: Mapping[str, Any]) -> str | None:
    """Return the medium that a search feed names: `source` of RSS 2.0 (Google), else `News:Source` (Bing)."""
    told = entry.get("source")
    name = told.get("title") if isinstance(told, Mapping) else None
    return short_title(plain_text(name or entry.get("news_source")))


def _fullest(entry: Mapping[str, Any]) -> str:
    texts = [plain_text(content.get("value")) for content in entry.get("content", ())]
    texts.append(plain_text(entry.get("summary")))
    return max(texts, key=len)


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = [author.get("name") for author in entry.get("authors", ())] or [entry.get("author")]
    return tuple(dict.fromkeys(name for name in (plain_text(text)[:200] for text in names if text) if name))


def _published(
    entry: Mapping[str, Any], source: Source, language: str | None, now: datetime
) -> datetime | None:
    """Read the date from what the feed wrote: feedparser's own reading takes a time without a zone for UTC."""
    for name in ("published", "updated", "created"):
        written = entry.get(name) if name in entry else None
        moment = parse_moment(written, language, now, source.zone)
        if moment:
            return moment
        parts = entry.get(f"{name}_parsed") if written else None
        if parts:
            zone = UTC if _ZONE_SAID.search(written or "") else zone_of(language, source.zone)
            with suppress(ValueError):  # of its readers of odd formats, some make days that no month has
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


def _skips(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the hours (UTC) and days in which RSS asks not to be polled; all of them together mean none.

    feedparser keeps but the last of each. Versions before 0.92 count the hours from 1 to 24.
    """
    said = {name: _SKIPPED.findall(_inside(pattern, text)) for name, pattern in _SKIPS.items()}
    hours = {int(hour) % 24 for hour in said["skipHours"] if re.fullmatch(r"[01]?\d|2[0-4]", hour, re.ASCII)}
    days = {_DAYS.index(day.lower()) for day in said["skipDays"] if day.lower() in _DAYS}
    return (
        tuple(sorted(hours)) if len(hours) < _HOURS_A_DAY else (),
        tuple(sorted(days)) if len(days) < _DAYS_A_WEEK else (),
    )


def _inside(pattern: re.Pattern[str], text: str) -> str:
    """Return what stands in the element that `pattern` finds before or behind the items, empty where none does."""
    for part in (text[:_HEAD], text[-_TAIL:]):
        found = pattern.search(part)
        if found and part.rfind("<![CDATA[", 0, found.start()) <= part.rfind("]]>", 0, found.start()):
            return found[1]
    return ""
