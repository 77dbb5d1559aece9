"""Pages of the newsroom: articles, front pages and sections, each in the design of its site."""

import json
import tomllib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.newsroom.dates import iso_date, shown_date
from flows.newsroom.editions import Piece
from flows.newsroom.gold import all_articles
from flows.newsroom.sites import Site

#: Teasers in a list, and comments under an article.
_TEASERS = 6
_COMMENTS = 3
#: Words, and Chinese characters, that one reads in a minute: only for the line that says so.
_PACE = {"zh": 400}

_FEED_TYPES = {"atom": "application/atom+xml", "rdf": "application/rdf+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """A line that points to another article: its title, address, lead and date as shown."""

    title: str
    href: str
    lead: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that a design shows.

    `piece` is the article, None on a list; `listed` the pieces of a list; `number` a number of its own for the
    article; `machine_published`, `machine_updated` and `json_ld` are None where the site does not give them.
    """

    site: Site
    path: str
    words: dict[str, Any]
    year: int
    sections: Sequence[str]
    latest: Sequence[Teaser]
    popular: Sequence[Teaser]
    ads: Sequence[str]
    feed_type: str | None
    shown: Callable[[datetime], str]
    heading: str = ""
    listed: Sequence[Piece] = ()
    piece: Piece | None = None
    related: Sequence[Teaser] = ()
    comments: Sequence[tuple[str, str]] = ()
    number: int = 0
    minutes: int = 1
    shown_published: str = ""
    shown_updated: str = ""
    machine_published: str | None = None
    machine_updated: str | None = None
    json_ld: Markup | None = None


def article_page(site: Site, piece: Piece, shown: Sequence[Piece], year: int) -> str:
    """Return the page of `piece`; `shown` are all pieces of the site, `year` the one of the copyright line."""
    article = piece.article
    number = zlib.crc32(article.path.encode())
    others = [other for other in shown if other is not piece]
    like = [other for other in others if other.article.section == article.section] or others
    said = words(site.language)["comments_said"]
    page = _page(
        site,
        article.path,
        others,
        year,
        piece=piece,
        number=number,
        related=_teasers(site, like[:3], 3, number),
        comments=[tuple(said[(number + step) % len(said)]) for step in range(_COMMENTS)],
        minutes=max(1, round(len(article.body) / _PACE.get(site.language, 1200))),
        shown_published=shown_date(site, piece.published),
        shown_updated=shown_date(site, piece.updated),
        machine_published=iso_date(site, piece.published),
        machine_updated=iso_date(site, piece.updated),
        json_ld=_json_ld(site, piece),
    )
    return _environment().get_template(f"{site.design}.html").render(page=page)


def list_page(site: Site, path: str, heading: str, shown: Sequence[Piece], year: int) -> str:
    """Return a front page or section of `site` at `path` with the pieces `shown`."""
    page = _page(site, path, shown, year, heading=heading, listed=shown)
    return _environment().get_template(f"{site.design}.html").render(page=page)


def sections(site: Site) -> tuple[str, ...]:
    """Return the names of the sections of `site`, in the order of its navigation."""
    found = {article.section for article in all_articles() if article.host == site.host and article.section}
    return tuple(sorted(found))


@cache
def words(language: str) -> dict[str, Any]:
    """Return what sites in `language` say around their articles."""
    text = files("flows.newsroom").joinpath("words.toml").read_text(encoding="utf-8")
    told: dict[str, Any] = tomllib.loads(text)[language]
    return told


def _page(site: Site, path: str, others: Sequence[Piece], year: int, **more: Any) -> Page:
    told = words(site.language)
    turn = zlib.crc32(path.encode()) % len(told["ads"])
    return Page(
        site=site,
        path=path,
        words=told,
        year=year,
        sections=sections(site),
        latest=_teasers(site, others[:_TEASERS], _TEASERS, turn),
        popular=_teasers(site, others[:1:-1][:3], _TEASERS, turn + 2),
        ads=[*told["ads"][turn:], *told["ads"][:turn]],
        feed_type=_feed_type(site),
        shown=partial(shown_date, site),
        **more,
    )


def _feed_type(site: Site) -> str | None:
    if site.feed in ("page", "sitemap"):
        return None
    return _FEED_TYPES.get(site.feed, "application/rss+xml")


def _teasers(site: Site, pieces: Sequence[Piece], count: int, turn: int) -> list[Teaser]:
    """Return teasers of `pieces`, filled up to `count` with the small news of any town."""
    real = [
        Teaser(
            title=piece.article.title,
            href=piece.article.path,
            lead=piece.article.lead,
            when=shown_date(site, piece.updated),
        )
        for piece in pieces
    ]
    spare = words(site.language)["fillers"]
    filled = [spare[(turn + step) % len(spare)] for step in range(min(len(spare), count - len(real)))]
    return real + [Teaser(title=title, href="/section/1/", lead="", when="") for title in filled]


def _json_ld(site: Site, piece: Piece) -> Markup | None:
    if site.structured == "none":
        return None
    article: dict[str, Any] = {
        "@type": "NewsArticle",
        "headline": piece.article.title,
        "description": piece.article.lead,
        "datePublished": iso_date(site, piece.published),
        "dateModified": iso_date(site, piece.updated),
        "inLanguage": site.language,
        "articleSection": piece.article.section,
        "mainEntityOfPage": {"@type": "WebPage", "@id": piece.article.url},
        "publisher": {"@type": "NewsMediaOrganization", "name": site.publisher},
    }
    if piece.article.author:
        article["author"] = [{"@type": "Person", "name": piece.article.author}]
    told = article if site.structured == "article" else {"@graph": _graph(site, piece, article)}
    text = json.dumps({"@context": "https://schema.org", **told}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - JSON of our own, without any tag


def _graph(site: Site, piece: Piece, article: dict[str, Any]) -> list[dict[str, Any]]:
    home = f"https://{site.host}/"
    return [
        {"@type": "WebSite", "@id": f"{home}#website", "url": home, "name": site.publisher},
        {"@type": "Organization", "@id": f"{home}#organization", "name": site.publisher},
        {"@type": "WebPage", "@id": piece.article.url, "isPartOf": {"@id": f"{home}#website"}},
        {**article, "@id": f"{piece.article.url}#article", "publisher": {"@id": f"{home}#organization"}},
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("flows.newsroom"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def feed_environment() -> Environment:
    """Return the environment that feeds are rendered in: that of the pages."""
    return _environment()
