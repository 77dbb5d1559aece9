"""Whatever comes over the wire, a parser of listings ends with a listing or with a named cause."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.errors import ParseError
from extractors.records import Source
from extractors.sources.discovery import find_listings, section_page
from extractors.sources.feed import parse_feed
from extractors.sources.listing import MOST_ITEMS, Listing
from extractors.sources.opml import read_opml
from extractors.sources.page import parse_page
from extractors.sources.search import parse_search
from extractors.sources.sitemap import parse_sitemap

NOW = datetime(2024, 4, 1, tzinfo=UTC)
URL = "https://wire.example/listing"
RSS = (
    b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
    b"<title>t</title><ttl>60</ttl><skipHours><hour>3</hour></skipHours><item><title>A &amp; B &nbsp;</title>"
    b"<link>/1</link><guid isPermaLink='false'>g1</guid><pubDate>Thu, 28 Mar 2024 10:00:00 +0100</pubDate>"
    b"<dc:creator>Bo</dc:creator><description><![CDATA[<p>Text</p>]]></description></item></channel></rss>"
)
ATOM = (
    b"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title>t</title><entry><id>tag:a,2024:1</id>"
    b"<link rel='alternate' href='http://wire.example/1'/><updated>2024-03-28T10:00:00Z</updated>"
    b"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>Text &#65;</div></content></entry></feed>"
)
JSON_FEED = (
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "url": "/1", "title": "A", '
    b'"date_published": "2024-03-28T10:00:00", "authors": [{"name": "Bo"}], "content_html": "<p>Text</p>"}]}'
)
GDELT = b'{"articles": [{"url": "https://a.example/1", "title": "A", "seendate": "20240331T101500Z"}]}'
SITEMAP = (
    b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/"
    b"sitemap-news/0.9'><url><loc>/1</loc><lastmod>2024-04-01</lastmod><news:news><news:publication_date>2024-04-01"
    b"</news:publication_date><news:title>A</news:title></news:news></url></urlset>"
)
INDEX = b"<sitemapindex><sitemap><loc>https://wire.example/1.xml</loc><lastmod>2024-04-01</lastmod></sitemap></sitemapindex>"
PAGE = (
    b"<!doctype html><html><head><base href='/x/'><link rel=alternate type=application/rss+xml href=rss.xml></head>"
    b"<body><main><a href='/2024/03/28/both-firms-build-a-car'>Both firms build a car together</a>"
    b"</main></body></html>"
)
OPML = (
    b"<opml version='2.0'><body><outline text='a'><outline text='b' type='rss' xmlUrl='http://a.example/rss'/></outline>"
    b"</body></opml>"
)
PACKED = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xb3)-\xca)N-\xd1\xb7\x03\x00"
SEEDS = (RSS, ATOM, JSON_FEED, GDELT, SITEMAP, INDEX, PAGE, OPML, PACKED)
PIECES = (
    *(
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"\x00",
        b"\xff\xfe",
        b"&#xD800;",
        b"&#1114112;",
        b"&a;",
        b"//[",
    ),
    *(
        b"<!DOCTYPE a [\n<!ENTITY a '\\1'>\n]>",
        b"http://[::1",
        b"99999999999999999999",
        b"{",
        b"]",
        b'"',
        b"1e999",
    ),
    *(
        b"<item>",
        b"</item>",
        b"<entry>",
        b"xml:base='http://['",
        b"\xe2\x80\xae",
        b"%00",
        b"\xed\xa0\x80",
        b"NaN",
    ),
)
TYPES = st.sampled_from(
    (None, "text/xml; charset=utf-16", "application/json", "text/html; charset=gb2312", "x; charset=")
)
SOURCE = Source(source_id="wire", kind="search", url=URL, every=timedelta(hours=1), zone="Asia/Shanghai")


@st.composite
def mutated(draw):
    """Return a seed with pieces put in, cut out, doubled and overwritten."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(("in", "out", "double", "bytes", "cut"))):
            case "in":
                body[at:at] = draw(st.sampled_from(PIECES))
            case "out":
                del body[at : at + length]
            case "double":
                body[at:at] = body[at : at + length] * draw(st.integers(1, 20))
            case "bytes":
                body[at : at + length] = draw(st.binary(max_size=8))
            case "cut":
                del body[at + 1 :]
    return bytes(body)


PARSERS = {
    "feed": lambda body, kind: parse_feed(body, kind, SOURCE, URL, now=NOW),
    "search": lambda body, kind: parse_search(body, kind, SOURCE, URL, now=NOW),
    "sitemap": lambda body, kind: parse_sitemap(body, kind, SOURCE, URL, now=NOW),
    "page": lambda body, kind: parse_page(body, kind, SOURCE, URL),
}


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS.keys())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=mutated(), content_type=TYPES)
def test_a_parser_gives_a_listing_or_a_cause(parse, body, content_type):
    try:
        listing = parse(body, content_type)
    except ParseError as error:
        assert error.cause  # noqa: PT017 - either outcome is fine
        return
    assert isinstance(listing, Listing)
    assert len({item.url for item in listing.items}) == len(listing.items) <= MOST_ITEMS
    for item in listing.items:
        assert item.url.startswith(("http://", "https://"))
        assert item.published_at is None or item.published_at.tzinfo is UTC
        assert (
            f"{item.title}{item.summary}{item.authors}{item.publisher}".isascii()
            or item.title is not item.url
        )
        for text in (item.title, item.summary, item.publisher, item.guid, *item.authors):
            assert (text or "").encode()[:1] != b"\0"  # and no half of a surrogate pair, which no store takes


@settings(max_examples=100, deadline=None)
@given(body=mutated(), content_type=TYPES)
def test_discovery_and_lists_of_subscriptions_end_too(body, content_type):
    for at in find_listings(body, content_type, URL):
        assert at.url.startswith(("http://", "https://"))
        section_page(at.url)
    try:
        subscriptions = read_opml(body)
    except ParseError:
        return
    for subscription in subscriptions:
        assert subscription.url.startswith(("http://", "https://"))
