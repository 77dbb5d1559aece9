import gzip
from datetime import UTC, datetime

import pytest

from extractors.errors import ParseError
from extractors.sources.listing import MOST_ITEMS
from extractors.sources.sitemap import MOST_SITEMAPS, parse_sitemap

NOW = datetime(2024, 4, 1, 12, tzinfo=UTC)
URL = "https://wire.example/news-sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"'
)


def read(inner, source, tag="urlset"):
    body = f'<?xml version="1.0" encoding="UTF-8"?><{tag} {SPACES}>{inner}</{tag}>'.encode()
    return parse_sitemap(body, "application/xml", source, URL, now=NOW)


def news(number, written, language="en", more=""):
    return (
        f"<url><loc>https://wire.example/{number}</loc>{more}<news:news><news:publication><news:name>W</news:name>"
        f"<news:language>{language}</news:language></news:publication><news:publication_date>{written}"
        f"</news:publication_date><news:title>Tom &amp;amp; Ann {number}</news:title></news:news></url>"
    )


def test_news_of_the_last_two_days_are_listed(a_source):
    video = "<video:video><video:publication_date>2019-01-01</video:publication_date></video:video>"
    items = read(
        news(1, "2024-04-01T10:00:00Z", more=video) + news(2, "2024-03-30T11:00:00Z"), a_source()
    ).items

    assert [(item.url, item.title) for item in items] == [("https://wire.example/1", "Tom & Ann 1")]
    assert items[0].published_at == datetime(2024, 4, 1, 10, tzinfo=UTC)


def test_times_without_a_zone_are_the_sources_or_the_languages(a_source):
    inner = news(1, "2024-04-01T10:00:00", language="zh-cn")

    assert read(inner, a_source()).items[0].published_at == datetime(2024, 4, 1, 2, tzinfo=UTC)
    assert read(inner, a_source(zone="Europe/Berlin")).items[0].published_at == datetime(
        2024, 4, 1, 8, tzinfo=UTC
    )


def test_a_plain_sitemap_is_read_by_its_last_changes(a_source):
    plain = "<url><loc>/{0}</loc><lastmod>{1}</lastmod></url>"
    inner = (
        plain.format("new", "2024-04-01")
        + plain.format("old", "2024-03-01")
        + "<url><loc>/undated</loc></url>"
    )
    items = read(inner, a_source()).items

    assert [item.url for item in items] == ["https://wire.example/new", "https://wire.example/undated"]
    assert items[0].published_at is None


def test_of_a_long_sitemap_the_newest_are_kept(a_source):
    entry = "<url><loc>/{0}</loc><lastmod>2024-04-01T{1:02}:{2:02}:00Z</lastmod></url>"
    many = [entry.format(number, number // 300, number // 5 % 60) for number in range(MOST_ITEMS + 700)]
    items = read("".join(many), a_source()).items

    assert len(items) == MOST_ITEMS
    assert items[0].url == f"https://wire.example/{MOST_ITEMS + 695}"


@pytest.mark.parametrize("inner", ["", "<url></url>", "<url><loc>javascript:alert(1)</loc></url>"])
def test_an_empty_sitemap_is_fine(a_source, inner):
    assert read(inner, a_source()).items == ()


def test_of_an_index_the_changed_sitemaps_are_read_and_those_called_news_first(a_source):
    child = "<sitemap><loc>/{0}.xml</loc>{1}</sitemap>"
    inner = child.format("old", "<lastmod>2024-03-01</lastmod>") + child.format(
        "fresh", "<lastmod>2024-04-01</lastmod>"
    )
    inner += "".join(child.format(f"s{number}", "") for number in range(9)) + child.format("news", "")
    more = read(inner, a_source(), "sitemapindex").more

    assert len(more) == MOST_SITEMAPS
    assert more[:2] == ("https://wire.example/fresh.xml", "https://wire.example/news.xml")
    assert "https://wire.example/old.xml" not in more


def test_a_packed_sitemap_is_unpacked(a_source):
    body = gzip.compress(f"<urlset {SPACES}>{news(1, '2024-04-01T10:00:00Z')}</urlset>".encode())

    assert len(parse_sitemap(body, "application/gzip", a_source(), URL, now=NOW).items) == 1
    with pytest.raises(ParseError, match="packed"):
        parse_sitemap(body[:40], "application/gzip", a_source(), URL, now=NOW)


def test_a_list_of_addresses_and_a_feed_are_sitemaps_too(a_source):
    text = b"https://wire.example/1\r\nhttps://wire.example/2\nnonsense here\n"
    feed = b"<rss version='2.0'><channel><title>t</title><item><link>/3</link></item></channel></rss>"

    listed = parse_sitemap(text, "text/plain", a_source(), URL, now=NOW).items
    assert [item.url for item in listed] == ["https://wire.example/1", "https://wire.example/2"]
    assert parse_sitemap(feed, None, a_source(), URL, now=NOW).items[0].url == "https://wire.example/3"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "empty-body"),
        (b"<!DOCTYPE html><html><body>Sorry</body></html>", "html-for-xml"),
        (b"<!-- x --> <html>", "html-for-xml"),
        (b"<note>x</note>", "broken-sitemap"),
        (b"nothing at all", "broken-sitemap"),
        (b"<http://www.sitemaps.org/schemas' x='y'><url/>", "broken-sitemap"),
        (b"<urlset2 xmlns='&#xD800;x'><url><loc>&#xDFFF;</loc></url></urlset2>", "broken-sitemap"),
    ],
)
def test_what_is_no_sitemap_is_named(a_source, body, cause):
    with pytest.raises(ParseError) as raised:
        parse_sitemap(body, None, a_source(), URL, now=NOW)

    assert raised.value.cause == cause
