"""What the simulated sites show at a moment: feeds, sitemaps, pages, robots.txt."""

import json
import random
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from tests.simulation.web import NEWS_FOR, PARTS, Asks, Outlet, Piece, Site, Web

TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
    "news": "application/xml",
    "index": "application/xml",
    "page": "text/html; charset=utf-8",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Plain words of the language that the sources are said to be in.
_WORDS = """
harbour council market engine river budget museum railway signal garden forest teacher minister
report station winter summer bridge factory village border hospital theatre record season player
ticket street power energy water company worker union court judge letter ocean island valley airport
driver student school library paper number answer question decision plan opening closing visit talk
vote price rent wage tax law rule change growth new old quiet large small early late local northern
southern eastern western public private daily weekly opens closes raises lowers builds sells buys
reviews delays expects reports plans denies confirms shows finds after before during without against
under over near beyond across despite because while although
"""
WORDS = _WORDS.split()

#: The files in which a site speaks of rights, by path.
RIGHTS = {
    "/.well-known/tdmrep.json": b'[{"location": "/news/", "tdm-reservation": 1}]',
    "/ai.txt": b"User-Agent: *\nDisallow: /\n",
}


@lru_cache(maxsize=20_000)
def title_of(host: str, number: int) -> str:
    """Return a headline of its own for each piece."""
    told = random.Random(f"{host}/{number}").choices(WORDS, k=6)
    return f"{' '.join(told).capitalize()} {number}"


def edition(piece: Piece, now: datetime) -> int:
    """Return which version of the piece's text stands online at `now`."""
    return 2 if piece.edited_at and now >= piece.edited_at else 1


def mark(host: str, number: int, version: int) -> str:
    """Return the words by which a version of a piece is known in its text."""
    return f"This is version {version} of report {number} of {host.partition('.')[0]}"


def page(host: str, piece: Piece, now: datetime) -> bytes:
    """Return the page of `piece`: a few paragraphs of its own."""
    version = edition(piece, now)
    chance = random.Random(f"{host}/{piece.number}/{version}")
    told = [" ".join(chance.choices(WORDS, k=14)).capitalize() + "." for _ in range(6)]
    told[0] = f"{mark(host, piece.number, version)}. {told[0]}"
    if piece.relevant:
        told[1] += f" Xiaomi is in talks with BAIC about plant {piece.number}, people familiar with it said."
    title = escape(piece.title)
    body = "".join(f"<p>{' '.join(told[start : start + 2])}</p>" for start in (0, 2, 4))
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>'
        f'<meta property="article:published_time" content="{piece.published.isoformat()}"></head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1>{title}</h1>{body}</article><footer>Imprint</footer>'
        "</body></html>"
    ).encode()


def listing(web: Web, outlet: Outlet, part: str, now: datetime) -> bytes:
    """Return what the address of `outlet` that is its `part` (`own`, `part0`, `instead` …) shows at `now`."""
    pieces = outlet.shown(now)
    if part == "instead":
        return _news(web, outlet, [piece for piece in pieces if piece.published > now - NEWS_FOR])
    if part.startswith("part"):
        number = int(part.removeprefix("part"))
        return _news(web, outlet, [piece for piece in pieces if piece.number % PARTS == number])
    return _WRITERS[outlet.form](web, outlet, pieces, now)


def robots(web: Web, site: Site, now: datetime) -> bytes:
    """Return the robots.txt of `site`."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {prefix}" for since, prefix in site.disallowed if now >= since]
    lines += [f"Crawl-delay: {site.crawl_delay}"] if site.crawl_delay else []
    lines += [
        f"Sitemap: {web.url(site.host, outlet.instead)}"
        for outlet in web.outlets
        if outlet.host == site.host and outlet.instead
    ]
    return "\n".join((*lines, "Disallow: /private/", "")).encode()


def rights(site: Site, path: str) -> bytes:
    """Return the file of `site` about rights at `path`, empty where it has none: those with https have both."""
    return RIGHTS[path] if site.scheme == "https" else b""


def _rss(web: Web, outlet: Outlet, pieces: tuple[Piece, ...], now: datetime) -> bytes:
    items = "".join(
        f"<item><title>{escape(piece.title)}</title><guid isPermaLink='false'>g{piece.number}</guid>"
        f"<link>{web.url(outlet.host, piece.link)}</link><pubDate>{_mail(piece.published)}</pubDate>"
        f"{_summary(outlet, piece)}</item>"
        for piece in pieces
    )
    head = f"<title>{outlet.source_id}</title><link>{web.url(outlet.host, '/')}</link>{_wishes(outlet.asks)}"
    if outlet.restless:
        head += f"<lastBuildDate>{_mail(now)}</lastBuildDate>"
    sy = "http://purl.org/rss/1.0/modules/syndication/"
    return f'<?xml version="1.0"?><rss version="2.0" xmlns:sy="{sy}"><channel>{head}{items}</channel></rss>'.encode()


def _wishes(asks: Asks) -> str:
    told = f"<ttl>{asks.ttl_min}</ttl>" if asks.ttl_min else ""
    if asks.updates_a_day:
        told += f"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>{asks.updates_a_day}</sy:updateFrequency>"
    if asks.skip_hours:
        told += f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in asks.skip_hours)}</skipHours>"
    if asks.skip_days:
        told += f"<skipDays>{''.join(f'<day>{_DAYS[day]}</day>' for day in asks.skip_days)}</skipDays>"
    return told


def _summary(outlet: Outlet, piece: Piece, tag: str = "description") -> str:
    if not outlet.summaries:
        return ""
    return f"<{tag}>{mark(outlet.host, piece.number, 1)}, in short, as the feed tells it.</{tag}>"


def _atom(web: Web, outlet: Outlet, pieces: tuple[Piece, ...], now: datetime) -> bytes:
    entries = "".join(
        f"<entry><id>tag:{outlet.host},2026:{piece.number}</id><title>{escape(piece.title)}</title>"
        f"<link href='{web.url(outlet.host, piece.link)}'/><updated>{piece.published.isoformat()}</updated>"
        f"<published>{piece.published.isoformat()}</published>{_summary(outlet, piece, 'summary')}</entry>"
        for piece in pieces
    )
    changed = now if outlet.restless or not pieces else pieces[0].published
    head = f"<id>tag:{outlet.host},2026:all</id><title>{outlet.source_id}</title>"
    head += f"<updated>{changed.isoformat()}</updated>"
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'.encode()


def _rdf(web: Web, outlet: Outlet, pieces: tuple[Piece, ...], now: datetime) -> bytes:
    items = "".join(
        f"<item rdf:about='{web.url(outlet.host, piece.link)}'><title>{escape(piece.title)}</title>"
        f"<link>{web.url(outlet.host, piece.link)}</link><dc:date>{piece.published.isoformat()}</dc:date>"
        f"{_summary(outlet, piece)}</item>"
        for piece in pieces
    )
    head = f"<channel rdf:about='{web.url(outlet.host, '/')}'><title>{outlet.source_id}</title></channel>"
    return (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{head}{items}</rdf:RDF>"
    ).encode()


def _json(web: Web, outlet: Outlet, pieces: tuple[Piece, ...], now: datetime) -> bytes:
    items = [
        {
            "id": str(piece.number),
            "url": web.url(outlet.host, piece.link),
            "title": piece.title,
            "date_published": piece.published.isoformat(),
            "content_text": f"{mark(outlet.host, piece.number, 1)}, in short, as the feed tells it.",
        }
        for piece in pieces
    ]
    told = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.source_id, "items": items}
    return json.dumps(told).encode()


def _news(web: Web, outlet: Outlet, pieces: "tuple[Piece, ...] | list[Piece]", *_: object) -> bytes:
    entries = "".join(
        f"<url><loc>{web.url(outlet.host, piece.link)}</loc><news:news><news:publication><news:name>"
        f"{outlet.source_id}</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{piece.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(piece.title)}</news:title></news:news></url>"
        for piece in pieces
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    ).encode()


def _index(web: Web, outlet: Outlet, *_: object) -> bytes:
    """The index itself never changes: what it points to does."""
    parts = "".join(
        f"<sitemap><loc>{web.url(outlet.host, outlet.path)}.part{part}.xml</loc></sitemap>"
        for part in range(PARTS)
    )
    head = '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{parts}</sitemapindex>".encode()


def _front(web: Web, outlet: Outlet, pieces: tuple[Piece, ...], *_: object) -> bytes:
    links = "".join(f'<h2><a href="{piece.link}">{escape(piece.title)}</a></h2>' for piece in pieces)
    return (
        f'<!doctype html><html lang="en"><head><title>{outlet.source_id}</title></head><body><nav>'
        f'<a href="/">Home of this quiet little paper</a></nav><main>{links}</main></body></html>'
    ).encode()


_WRITERS = {
    "rss": _rss,
    "atom": _atom,
    "rdf": _rdf,
    "json": _json,
    "news": _news,
    "index": _index,
    "page": _front,
}


def _mail(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
