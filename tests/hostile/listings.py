"""Hostile in the document: feeds, sitemaps and pages of links that no reader should be asked to read."""

import gzip
import json
import os
from collections.abc import Callable

from tests.hostile.kinds import READ, Kind, kind
from tests.hostile.server import Answer, Exchange, document, later, redirect

_RSS = "application/rss+xml; charset=utf-8"
_XML = "application/xml"
_ITEM = "<item><title>News number {0} of this day</title><link>http://nothing.example/{0}</link></item>"
_START = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Wire</title>"
_END = "</channel></rss>"
_PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\n" + bytes(range(256)) * 200
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
_NOT_FEED = ("broken-feed", "html-for-xml", "wrong-type", "empty-body", "too-large")


def _feed(inside: str = _ITEM.format(1), start: str = _START) -> str:
    return start + inside + _END


def _laughs() -> str:
    lines = ["<!ENTITY l0 'ha'>", *(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))]
    start = f"<?xml version='1.0'?><!DOCTYPE rss [{''.join(lines)}]><rss version='2.0'><channel><title>&l11;</title>"
    return start + "<item><title>&l11;</title><link>http://nothing.example/1</link></item>" + _END


def _long_entity() -> str:
    start = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a '{'a' * 100_000}'>]><rss version='2.0'><channel>"
    return start + f"<title>{'&a;' * 20_000}</title>" + _ITEM.format(1) + _END


def _outside_entity(address: str) -> str:
    start = (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a SYSTEM '{address}'>]><rss version='2.0'><channel>"
    )
    return start + "<item><title>&a;</title><link>http://nothing.example/1</link></item>" + _END


def _huge_feed() -> str:
    """Return 9 MB of 100,000 items, as in extraction.md, part C."""
    return _START + "".join(_ITEM.format(number) for number in range(100_000)) + _END


def _deep(tag: str, times: int, inside: str = "") -> str:
    return f"<{tag}>" * times + inside + f"</{tag}>" * times


def _attributes(count: int) -> str:
    return "".join(f" a{number}='x'" for number in range(count))


def _xml_feeds() -> list[Kind]:
    return [
        kind("billion-laughs", document(_laughs, _RSS), "broken-feed", "too-large", "memory", READ),
        kind("long-entity", document(_long_entity, _RSS), "broken-feed", "too-large", "memory", READ),
        kind("entity-of-a-file", document(_outside_entity("file:///etc/passwd"), _RSS), "broken-feed", READ),
        kind(
            "entity-of-an-address", document(_outside_entity("http://127.0.0.2/x"), _RSS), "broken-feed", READ
        ),
        kind("huge-feed", document(_huge_feed, _RSS), "too-large", READ),
        kind("deep-feed", document(lambda: _feed(_deep("item", 100_000)), _RSS), *_NOT_FEED, READ),
        kind(
            "wide-tag-feed",
            document(
                lambda: _feed(f"<item{_attributes(100_000)}><link>http://nothing.example/</link></item>"),
                _RSS,
            ),
            "too-large",
        ),
        kind("nul-feed", document(_feed().replace("News", "Ne\0ws"), _RSS), READ),
        kind("nul-between", document("\0".join(_feed()), _RSS), "broken-feed", READ),
        kind("cut-off-feed", document(_feed()[:-60], _RSS), "broken-feed", READ),
        kind("cut-off-early", document(_START[:30], _RSS), "broken-feed"),
        kind(
            "mixed-up-tags",
            document(_feed("<item><title>a</link><link>b</title></item></item>"), _RSS),
            *_NOT_FEED,
            READ,
        ),
        kind(
            "wrong-charset", document(_feed().encode("utf-16"), "text/xml; charset=ascii"), *_NOT_FEED, READ
        ),
        kind("unknown-charset", document(_feed(), "text/xml; charset=x-klingon"), READ),
        kind("no-text-charset", document(_feed(), "text/xml; charset=base64"), READ),
        kind(
            "charset-of-7-bits",
            document(_feed("+ADw-item+AD4-"), "text/xml; charset=utf-7"),
            *_NOT_FEED,
            READ,
        ),
        kind(
            "many-namespaces",
            document(lambda: _feed(start=_START.replace("<rss", f"<rss {_names(5000)}")), _RSS),
            "too-large",
        ),
        kind(
            "million-references",
            document(lambda: _feed(f"<item><title>{'&#65;' * 250_000}</title></item>"), _RSS),
            *_NOT_FEED,
            "timeout",
            READ,
        ),
        kind("open-comments", document(lambda: _feed("<!--" * 250_000), _RSS), *_NOT_FEED, READ),
        kind("open-cdata", document(lambda: _feed("<![CDATA[" * 250_000), _RSS), *_NOT_FEED, READ),
        kind("open-brackets", document(lambda: _feed("<" * 2_000_000), _RSS), "too-large"),
        kind("white-desert", document(lambda: " \n" * 4_000_000, _RSS), *_NOT_FEED, "timeout"),
        kind("late-feed", document(lambda: " " * 9_000_000 + _feed(), _RSS), *_NOT_FEED, "timeout", READ),
    ]


def _names(count: int) -> str:
    return " ".join(f"xmlns:n{number}='http://n.example/{number}'" for number in range(count))


def _other_feeds() -> list[Kind]:
    json_type = "application/feed+json"
    listed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "x",
        "items": [{"id": 1, "url": "http://x.example/"}],
    }
    return [
        kind("empty", document(b"", _RSS), "empty-body"),
        kind("blank", document(b"  \r\n\t \n", _RSS), "empty-body"),
        kind("only-a-mark", document(b"\xef\xbb\xbf", _RSS), "empty-body", "broken-feed"),
        kind("binary", document(os.urandom(300_000), _RSS), *_NOT_FEED),
        kind("binary-untold", document(os.urandom(300_000), None), *_NOT_FEED),
        kind("pdf-for-feed", document(_PDF, _RSS), *_NOT_FEED),
        kind("picture-for-feed", document(_PNG, "image/png"), *_NOT_FEED),
        kind(
            "html-for-feed", document("<!doctype html><html><body><p>Welcome</body></html>"), "html-for-xml"
        ),
        kind("text-for-feed", document("It works!", "text/plain"), *_NOT_FEED),
        kind("json-deep", document("[" * 200_000, json_type), *_NOT_FEED),
        kind("json-deep-feed", document('{"items": ' + '[{"a":' * 100_000, json_type), *_NOT_FEED),
        kind(
            "json-long-number",
            document('{"items": [{"id": ' + "9" * 50_000 + "}]}", json_type),
            *_NOT_FEED,
            READ,
        ),
        kind(
            "json-no-number",
            document('{"items": [{"id": NaN, "url": Infinity, "date_published": 1e999}]}', json_type),
            *_NOT_FEED,
            READ,
        ),
        kind(
            "json-of-nulls",
            document('{"items": [null, 1, "x", [], {}], "title": {}}', json_type),
            *_NOT_FEED,
            READ,
        ),
        kind("json-cut-off", document(json.dumps(listed)[:-4], json_type), "broken-feed"),
        kind(
            "json-half-letters",
            document('{"items":[{"id":"\\ud800","url":"http://x.example/\\udfff"}]}', json_type),
            *_NOT_FEED,
            READ,
        ),
    ]


def _sitemaps() -> list[Kind]:
    start = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    itself = f"{start}<sitemap><loc>http://map-of-itself.example:PORT/</loc></sitemap></sitemapindex>"
    causes = ("broken-sitemap", "html-for-xml", "wrong-type", "empty-body", "too-large", "timeout")
    into = f"{start}<sitemap><loc>http://127.0.0.2/map.xml</loc></sitemap></sitemapindex>"
    return [
        kind("map-of-itself", _with_port(itself, _XML), *causes, READ, listing="sitemap"),
        kind(
            "map-into-the-house",
            document(into, _XML),
            "refused-address",
            "robots-unavailable",
            READ,
            listing="sitemap",
        ),
        kind(
            "map-of-many-maps",
            document(lambda: start + "<sitemap><loc>http://[</loc></sitemap>" * 50_000, _XML),
            *causes,
            READ,
            listing="sitemap",
        ),
        kind(
            "packed-map",
            document(lambda: gzip.compress(b" " * 60_000_000), "application/x-gzip"),
            *causes,
            listing="sitemap",
        ),
        kind(
            "packed-map-broken",
            document(gzip.compress(b"<urlset/>")[:-9], "application/gzip"),
            *causes,
            listing="sitemap",
        ),
        kind(
            "laughing-map",
            document(lambda: _laughs().replace("rss", "urlset"), _XML),
            *causes,
            READ,
            listing="sitemap",
        ),
        kind("deep-map", document(lambda: _deep("urlset", 50_000), _XML), *causes, READ, listing="sitemap"),
        kind(
            "map-with-robots-of-noise",
            document("<urlset/>", _XML),
            READ,
            listing="sitemap",
            robots=document(os.urandom(400_000), "text/plain"),
        ),
        kind(
            "map-with-endless-robots",
            document("<urlset/>", _XML),
            "robots",
            "robots-unavailable",
            "too-large",
            READ,
            listing="sitemap",
            robots=document(lambda: "Disallow: /x\n" * 400_000, "text/plain"),
        ),
        kind(
            "map-with-slow-robots-rules",
            document("<urlset/>", _XML),
            "robots",
            READ,
            listing="sitemap",
            robots=document("User-agent: *\nDisallow: /" + "*a" * 5_000 + "$\n", "text/plain"),
        ),
        kind(
            "map-with-robots-in-a-circle",
            document("<urlset/>", _XML),
            "robots-unavailable",
            "robots",
            READ,
            listing="sitemap",
            robots=redirect("/robots.txt"),
        ),
        kind(
            "map-with-robots-of-html",
            document("<urlset/>", _XML),
            READ,
            listing="sitemap",
            robots=document("<html>nothing here"),
        ),
    ]


def _with_port(text: str, content_type: str) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await document(text.replace("PORT", str(exchange.port)), content_type)(exchange)

    return answer


def _front(make: Callable[[], str]) -> Answer:
    """Answer with the page at the front, and ask to be left alone behind it."""

    async def answer(exchange: Exchange) -> None:
        await (document(make) if exchange.path == "/" else later)(exchange)

    return answer


def _link_pages() -> list[Kind]:
    link = "<a href='/2024/03/28/the-news-of-number-{0}.html'>The long headline of number {0}</a> "
    causes = ("no-links", "broken-page", "too-large", "timeout", "wrong-type", "not-html", "memory")
    return [
        kind(
            "hundred-thousand-links",
            _front(lambda: "".join(map(link.format, range(100_000)))),
            *causes,
            READ,
            listing="page",
        ),
        kind("wide-tag-page", _front(lambda: f"<div{_attributes(100_000)}>"), "too-large", listing="page"),
        kind(
            "deep-page",
            _front(lambda: _deep("div", 100_000, link.format(1))),
            *causes,
            READ,
            listing="page",
        ),
        kind(
            "deep-links",
            _front(lambda: (link.format(1).replace("</a>", "")) * 30_000),
            *causes,
            READ,
            listing="page",
        ),
        kind("pdf-for-page", document(_PDF), *causes, listing="page"),
        kind(
            "based-elsewhere",
            _front(lambda: "<base href='http://127.0.0.2/'>" + link.format(1)),
            *causes,
            READ,
            listing="page",
        ),
    ]


def listing_kinds() -> tuple[Kind, ...]:
    """Return all kinds of this room."""
    return (*_xml_feeds(), *_other_feeds(), *_sitemaps(), *_link_pages())
