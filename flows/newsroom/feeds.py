"""Feeds of the newsroom: RSS 2.0 in several habits, Atom, RDF, JSON Feed 1.1 and news sitemaps."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from flows.newsroom.dates import feed_date, iso_date
from flows.newsroom.editions import Piece
from flows.newsroom.pages import feed_environment, words
from flows.newsroom.sites import Site

#: How many items a feed lists: the newest.
FEED_ITEMS = 30

_TEMPLATES = {"atom": "atom.xml", "rdf": "rdf.xml", "sitemap": "sitemap.xml"}
_TYPES = {
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "sitemap": "application/xml",
    "json": "application/feed+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a feed; dates are None where the site hides them, `author` and `section` where there is none."""

    title: str
    link: str
    guid: str
    lead: str
    summary: str
    content: Markup
    published: str | None
    updated: str | None
    feed_date: str | None
    author: str | None
    section: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed template shows; `full` where items carry the whole article."""

    site: Site
    motto: str
    updated: str | None
    full: bool
    entries: Sequence[Entry]


def feed_type(site: Site) -> str:
    """Return the media type of the site's feed."""
    return _TYPES.get(site.feed, "application/rss+xml")


def render_feed(site: Site, shown: Sequence[Piece], changed: datetime) -> str:
    """Return the feed of `site` with the newest of `shown`; `changed` is when the site last changed."""
    feed = Feed(
        site=site,
        motto=words(site.language)["motto"],
        updated=iso_date(site, changed),
        full=site.feed == "rss-full",
        entries=[_entry(site, piece) for piece in shown[:FEED_ITEMS]],
    )
    if site.feed == "json":
        return _json_feed(feed)
    return feed_environment().get_template(_TEMPLATES.get(site.feed, "rss.xml")).render(feed=feed)


def _entry(site: Site, piece: Piece) -> Entry:
    article = piece.article
    version = f"#v{piece.version}" if piece.version > 1 else ""
    return Entry(
        title=article.title,
        link=_link(site, piece),
        guid=_guid(site, piece) + version,
        lead=article.lead,
        summary=_summary(site, piece),
        content=_content(piece),
        published=iso_date(site, piece.published),
        updated=iso_date(site, piece.updated),
        feed_date=feed_date(site, piece.updated),
        author=article.author,
        section=article.section,
    )


def _link(site: Site, piece: Piece) -> str:
    if site.feed != "rss-tracked":
        return piece.link
    mark = "&" if "?" in piece.link else "?"
    return f"{piece.link}{mark}utm_source=rss&utm_medium=feed&utm_campaign=all"


def _guid(site: Site, piece: Piece) -> str:
    number = zlib.crc32(piece.article.path.encode())
    if site.feed == "atom":
        return f"tag:{site.host},2021:{number}"
    return piece.article.url if site.feed == "json" else f"{site.host}-{number}"


def _summary(site: Site, piece: Piece) -> str:
    """Return the summary: HTML with a picture and a link on the sites that track, plain text on the others."""
    if site.feed != "rss-tracked":
        return piece.article.lead
    more = words(site.language)["latest"]
    lead = escape(piece.article.lead)
    return (
        f'<p><img src="/picture/1.svg" width="80" alt="">{lead}</p><p><a href="{piece.link}">{more} …</a></p>'
    )


def _content(piece: Piece) -> Markup:
    paragraphs = (piece.article.lead, *piece.article.paragraphs)
    return Markup("\n").join(Markup("<p>{}</p>").format(paragraph) for paragraph in paragraphs)


def _json_feed(feed: Feed) -> str:
    site = feed.site
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.publisher,
        "home_page_url": f"http://{site.host}/",
        "feed_url": f"http://{site.host}{site.at}",
        "language": site.language,
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _json_item(entry: Entry) -> dict[str, Any]:
    told = {
        "id": entry.guid,
        "url": entry.link,
        "title": entry.title,
        "summary": entry.lead,
        "content_html": f"<p>{escape(entry.lead)}</p>",
        "date_published": entry.published,
        "date_modified": entry.updated,
    }
    return told | ({"authors": [{"name": entry.author}]} if entry.author else {})
