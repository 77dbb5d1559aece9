"""Which listings a site has: the feeds its pages name, the sitemaps its robots.txt names, its section pages."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from lxml import etree, html

from extractors.decoding import decode, without_declaration
from extractors.markup import is_endless
from extractors.orders import Instead
from extractors.sources.listing import absolute

#: Listings of a page that are returned; a page of a large paper names some twenty.
MOST_LISTINGS = 20
_MOST_LINKS = 20_000
_FEED_TYPES = re.compile(r"\b(?:rss|atom|rdf|feed\+json)\b|^(?:application|text)/xml$", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"/(?:feeds?|rss|atom|rdf)/?$|\.(?:rss|rdf|atom)$|/(?:rss|atom|feed|index)[\w.-]*\.(?:xml|json)$|/rss[/\w.-]*\.xml$",
    re.IGNORECASE,
)
_SITEMAP = re.compile(r"site-?map[^/]*(?:\.xml|\.xml\.gz|/)?$", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|kommentar|评论", re.IGNORECASE)
_NEWS = re.compile(r"news|nachricht|aktuell|latest", re.IGNORECASE)
#: Words of a path that name the format of a listing and no section of a site.
_FORMAT = re.compile(r"(?:rss|feeds?|atom|rdf|xml|sitemaps?|index|alt(?:ernate)?)[\d.]*", re.IGNORECASE)
_FEED_HOST = re.compile(r"^(?:feeds?|rss|xml)\d?\.(?=[^.]+\.)", re.IGNORECASE)


def find_listings(body: bytes, content_type: str | None, url: str) -> tuple[Instead, ...]:
    """Return the feeds and sitemaps that the page `body`, had from `url`, names, best first.

    There are none where it is no page, or one without end.

    First what it declares (`<link rel=alternate>`), then what it links to; feeds of comments last of all. Hostile
    pages can keep the parser busy: call it in a worker where the page is not trusted.
    """
    text = without_declaration(decode(body, content_type))
    if is_endless(text):
        return ()
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return ()
    named = root.find(".//base[@href]")
    base = absolute(url, named.get("href") if named is not None else None) or url
    ranked: dict[Instead, int] = {}
    for rank, at in (*_declared(root, base), *_linked(root, base)):
        if at.url != url:
            ranked[at] = min(rank, ranked.get(at, rank))
    return tuple(sorted(ranked, key=lambda at: ranked[at]))[:MOST_LISTINGS]


def sitemaps_of(robots_sitemaps: Iterable[str]) -> tuple[Instead, ...]:
    """Return the sitemaps that a robots.txt names, those called news first; each once, web addresses only."""
    found = dict.fromkeys(at for at in (absolute(told, told) for told in robots_sitemaps) if at)
    ranked = sorted(found, key=lambda at: _NEWS.search(urlsplit(at).path) is None)
    return tuple(Instead(kind="sitemap", url=at) for at in ranked[:MOST_LISTINGS])


def section_page(url: str) -> Instead | None:
    """Return the page whose news the listing at `url` most likely held; None where that is `url` itself.

    The folder it lies in, without what names its format (`/politik/rss.xml` → `/politik/`), else the front page.
    """
    at = absolute(url, url)
    if at is None:
        return None
    parts = urlsplit(at)
    folders = [part for part in parts.path.split("/")[:-1] if part]
    last = parts.path.rpartition("/")[2]
    if last and "." not in last:
        folders.append(last)
    kept: list[str] = []
    for folder in folders:
        if _FORMAT.fullmatch(folder):
            break
        kept.append(folder)
    path = "/".join(["", *kept, ""])
    page = urlunsplit((parts.scheme, _FEED_HOST.sub("", parts.netloc), path, "", ""))
    return Instead(kind="page", url=page) if page != url else None


def _declared(root: "html.HtmlElement", base: str) -> list[tuple[int, Instead]]:
    found = []
    for link in root.iter("link"):
        related = (link.get("rel") or "").lower().split()
        at = absolute(base, link.get("href"))
        if (
            at
            and "alternate" in related
            and _FEED_TYPES.search((link.get("type") or "").partition(";")[0].strip())
        ):
            comments = _COMMENTS.search(f"{link.get('title') or ''} {urlsplit(at).path}")
            found.append((4 if comments else 0, Instead(kind="feed", url=at)))
        elif at and "sitemap" in related:
            found.append((3, Instead(kind="sitemap", url=at)))
    return found


def _linked(root: "html.HtmlElement", base: str) -> list[tuple[int, Instead]]:
    found = []
    for number, link in enumerate(root.iter("a")):
        if number >= _MOST_LINKS:
            break
        at = absolute(base, link.get("href"))
        if at is None:
            continue
        parts = urlsplit(at)
        if _SITEMAP.search(parts.path):
            # A link called sitemap mostly leads to a page for people; only a file is one for programs.
            if parts.path.lower().endswith((".xml", ".xml.gz")):
                found.append((3, Instead(kind="sitemap", url=at)))
        elif _FEED_PATH.search(parts.path) or "feed=rss" in parts.query.lower():
            own = parts.hostname == urlsplit(base).hostname
            rank = 4 if _COMMENTS.search(at) else 1 if own else 2
            found.append((rank, Instead(kind="feed", url=at)))
    return found
