"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from extractors.decoding import visible
from extractors.errors import ParseError
from extractors.moments import parse_moment
from extractors.plain import plain_text
from extractors.records import Item, Source
from extractors.releases import release_of
from extractors.sources.listing import MOST_ITEMS, Listing, absolute, bounded, short_summary, short_title


def parse_json_feed(text: str, source: Source, url: str, *, now: datetime) -> Listing:
    """Return what the JSON feed `text`, had from `url`, lists.

    Items may carry the keys of ninjs (IPTC) that tell of their version.

    Raises:
        ParseError: it is no JSON, or no feed (`broken-feed`).
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(url, "broken-feed", f"this is not JSON: {error}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ParseError(url, "broken-feed", "this JSON is no feed: it has no list of items")
    language = source.language or _language(feed)
    entries = [entry for entry in feed["items"][:MOST_ITEMS] if isinstance(entry, dict)]
    found = [_item(entry, feed, source, url, language, now) for entry in entries]
    closed = feed.get("expired") is True
    older = absolute(url, _text(feed.get("next_url")))
    return Listing(items=bounded([item for item in found if item]), closed=closed, older=older)


def _item(
    entry: Mapping[str, Any],
    feed: Mapping[str, Any],
    source: Source,
    url: str,
    language: str | None,
    now: datetime,
) -> Item | None:
    guid = _text(entry.get("id"))
    link = absolute(url, _text(entry.get("url")) or _text(entry.get("external_url")))
    if link is None and guid.startswith(("http://", "https://")):
        link = absolute(url, guid)
    if link is None:
        return None
    written = _text(entry.get("date_published")) or _text(entry.get("date_modified"))
    language = source.language or _language(entry) or language
    return Item(
        source_id=source.source_id,
        url=link,
        guid=guid or None,
        title=short_title(plain_text(_text(entry.get("title")))),
        published_at=parse_moment(written, language, now, source.zone),
        summary=short_summary(_fullest(entry)),
        authors=_authors(entry) or _authors(feed),
        release=release_of(entry, language, now, source.zone),
    )


def _language(holder: Mapping[str, Any]) -> str | None:
    return _text(holder.get("language"))[:2].lower() or None


def _fullest(entry: Mapping[str, Any]) -> str:
    texts = (
        _text(entry.get("content_text")),
        plain_text(_text(entry.get("content_html"))),
        _text(entry.get("summary")),
    )
    return max(texts, key=len)


def _authors(holder: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of `authors` (1.1) or `author` (1.0)."""
    many = holder.get("authors")
    listed = many if isinstance(many, list) else [holder.get("author")]
    names = (_text(author.get("name"))[:200] for author in listed if isinstance(author, dict))
    return tuple(dict.fromkeys(name for name in names if name))


def _text(value: object) -> str:
    """Return a string or number as text; anything else is as good as not there."""
    return (
        visible(str(value)).strip()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
        else ""
    )
