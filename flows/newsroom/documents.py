"""Every address of the newsroom, and what it answers at a moment."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from flows.newsroom.editions import Piece, edition, published_count
from flows.newsroom.feeds import feed_type, render_feed
from flows.newsroom.pages import article_page, list_page, sections, words
from flows.newsroom.sites import SITES, Site

#: When the sites went up: the date of all that has not changed since.
FOUNDED = datetime(2021, 3, 1, tzinfo=UTC)

_BY_HOST = {site.host: site for site in SITES}
_ROBOTS = "User-agent: *\nAllow: /\n"
#: Documents that are kept: more than the demo asks for between two moments.
_KEPT = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What an address answers: `etag` with its quotes, `changed` the moment of Last-Modified, in UTC."""

    body: bytes
    content_type: str
    etag: str
    changed: datetime


def document(host: str, target: str, clock: datetime) -> Document | None:
    """Return what `host` answers to `target` (path and query) at `clock`, None where there is nothing.

    The same `clock` always gives the same bytes.
    """
    name = host.partition(":")[0].lower()
    return _document(name, urlsplit(target).path or "/", published_count(name, clock))


@lru_cache(maxsize=_KEPT)
def _document(host: str, path: str, count: int) -> Document | None:
    site = _BY_HOST.get(host)
    if site is None:
        return None
    shown = edition(host, count)
    changed = max((piece.updated for piece in shown), default=FOUNDED).astimezone(UTC)
    if path == "/robots.txt":
        return _encoded(_ROBOTS, "text/plain", site, FOUNDED)
    if path.startswith("/picture/") and path.endswith(".svg"):
        return _encoded(_picture(path), "image/svg+xml", site, FOUNDED)
    if path == site.at and site.feed != "page":
        return _encoded(render_feed(site, shown, changed), feed_type(site), site, changed)
    text = _html(site, path, shown, changed.year)
    return _encoded(text, "text/html", site, changed) if text is not None else None


def _html(site: Site, path: str, shown: tuple[Piece, ...], year: int) -> str | None:
    if path in ("/", site.at):
        return list_page(site, path, words(site.language)["latest"], shown, year)
    for number, section in enumerate(sections(site), start=1):
        if path == f"/section/{number}/":
            chosen = tuple(piece for piece in shown if piece.article.section == section)
            return list_page(site, path, section, chosen, year)
    for piece in shown:
        if piece.article.path == path:
            return article_page(site, piece, shown, year)
    return None


def _encoded(text: str, media_type: str, site: Site, changed: datetime) -> Document:
    own = media_type in ("text/plain", "image/svg+xml", "application/feed+json")
    charset, declared = ("utf-8", "utf-8") if own else (site.charset, site.declared)
    body = text.encode(charset)
    return Document(
        body=body,
        content_type=f"{media_type}; charset={declared}",
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        changed=changed,
    )


def _picture(path: str) -> str:
    """Return a picture to look at: hills under a sky, in colours taken from the address."""
    hue = int.from_bytes(hashlib.sha256(path.encode()).digest()[:2]) % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 450" preserveAspectRatio="xMidYMid slice">'
        f'<rect width="800" height="450" fill="hsl({hue},45%,80%)"/>'
        f'<circle cx="{150 + hue}" cy="120" r="52" fill="hsl({(hue + 40) % 360},80%,88%)"/>'
        f'<path d="M0 330 L170 190 L330 310 L520 150 L800 340 V450 H0Z" fill="hsl({hue},30%,55%)"/>'
        f'<path d="M0 380 L260 300 L460 390 L660 290 L800 360 V450 H0Z" fill="hsl({hue},35%,38%)"/></svg>'
    )
