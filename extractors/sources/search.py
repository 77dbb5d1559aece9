"""Search feeds: lists whose links lead to other sites, often through the engine, and whose titles name the medium."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from extractors.decoding import decode
from extractors.moments import parse_moment
from extractors.plain import plain_text
from extractors.records import Item, Source
from extractors.sources.feed import parse_feed
from extractors.sources.listing import MOST_ITEMS, Listing, absolute, bounded, short_title

#: Paths of engines whose links hold the address of the article in the parameter `url`.
_WRAPPERS = (("bing.com", "/news/apiclick.aspx"), ("google.com", "/url"))
#: Where the links lead to an address that only the engine's own script finds out.
_REDIRECTORS = (
    ("news.google.com", "/rss/articles/"),
    ("news.google.com", "/articles/"),
    ("news.google.com", "/read/"),
)
#: Fields of a link's query; a link with more is none of an engine.
_MOST_FIELDS = 100
#: What stands between a title and the medium that an engine puts behind it.
_DASHES = (" - ", " – ", " — ", " | ")


def parse_search(
    body: bytes, content_type: str | None, source: Source, url: str, *, now: datetime
) -> Listing:
    """Return what the search feed `body` lists: each item with its medium, without that in its title.

    A link through the engine is the article's own address where it can be read from it; else `redirector` is True.
    Snippets are cut out of other sites' texts and dropped. Takes feeds, JSON feeds and the article list of GDELT.

    Raises:
        ParseError: as `parse_feed`.
    """
    articles = _articles(body, content_type)
    if articles is not None:
        found = [_from_gdelt(entry, source, url, now) for entry in articles[:MOST_ITEMS]]
        return Listing(items=bounded([item for item in found if item]))
    listing = parse_feed(body, content_type, source, url, now=now)
    return replace(listing, items=bounded([_direct(item) for item in listing.items]))


def _articles(body: bytes, content_type: str | None) -> list[Any] | None:
    """Return the entries of GDELT's `format=json`, None where it is something else; it says `{}` for no article."""
    text = decode(body, content_type).strip()
    if not text.startswith("{"):
        return None
    try:
        told = json.loads(text, strict=False)  # titles come with control characters in them
    except (ValueError, RecursionError):
        return None  # the reader of feeds says what is wrong with it
    if told == {}:
        return []
    articles = told.get("articles")
    return articles if isinstance(articles, list) else None


def _from_gdelt(entry: object, source: Source, url: str, now: datetime) -> Item | None:
    told = (
        {key: value for key, value in entry.items() if isinstance(value, str)}
        if isinstance(entry, Mapping)
        else {}
    )
    at = absolute(url, told.get("url"))
    if at is None:
        return None
    return Item(
        source_id=source.source_id,
        url=at,
        title=short_title(plain_text(told.get("title"))),
        # When it was seen: GDELT looks every 15 minutes, and publication is not told.
        published_at=parse_moment(told.get("seendate"), None, now),
        publisher=short_title(told.get("domain")),
    )


def _direct(item: Item) -> Item:
    at = _unwrapped(item.url)
    guid = item.guid if at == item.url else None
    return replace(
        item,
        url=at,
        guid=guid,
        title=_without_publisher(item.title, item.publisher),
        summary=None,
        redirector=_leads(at, _REDIRECTORS),
    )


def _unwrapped(url: str) -> str:
    """Return the address that `url` carries to an engine's counter; `url` itself where it is no such link."""
    if not _leads(url, _WRAPPERS):
        return url
    try:
        told = parse_qs(urlsplit(url).query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return url
    at = next((found for found in (*told.get("url", ()), *told.get("q", ())) if found), None)
    return absolute(url, at) or url


def _leads(url: str, places: tuple[tuple[str, str], ...]) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return any(host == name and parts.path.startswith(path) for name, path in places)


def _without_publisher(title: str | None, publisher: str | None) -> str | None:
    if title and publisher:
        for dash in _DASHES:
            bare = title.removesuffix(f"{dash}{publisher}")
            if bare != title and bare.strip():
                return bare.strip()
    return title
