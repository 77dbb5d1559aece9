from datetime import UTC, datetime

import pytest

from extractors.errors import ParseError
from extractors.sources.feed import parse_feed

NOW = datetime(2024, 4, 1, tzinfo=UTC)
URL = "http://wire.example/rss.xml"


def read(body, source, url=URL, content_type=None):
    return parse_feed(body, content_type, source, url, now=NOW)


def with_head(head, source):
    text = f'<rss version="2.0"><channel><title>t</title>{head}<item><link>http://wire.example/1</link></item></channel></rss>'
    return read(text.encode(), source)


def dated(written, source, encoding="utf-8", title="x"):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>t</title><item>'
        f"<title>{title}</title><link>http://wire.example/1</link><pubDate>{written}</pubDate></item></channel></rss>"
    )
    return read(text.encode("gb18030" if encoding == "gb2312" else encoding), source).items[0]


def test_markup_ends_as_text_and_scripts_end_nowhere(a_source, fault):
    first = read(fault("hostile_items.rss"), a_source()).items[0]

    assert first.title == "Bold & brave"
    assert first.summary == "First.\n\nSecond part."


def test_only_web_addresses_are_items_and_each_once(a_source, fault):
    items = read(fault("hostile_items.rss"), a_source()).items

    assert [item.url for item in items] == [
        "http://wire.example/relative/1.html",
        "http://wire.example/2.html",
    ]


def test_a_date_far_ahead_is_none(a_source, fault):
    first, second = read(fault("hostile_items.rss"), a_source()).items

    assert first.published_at == datetime(2024, 3, 28, 11, tzinfo=UTC)
    assert second.published_at is None


def test_ttl_and_update_period_ask_to_wait(a_source, fault):
    assert read(fault("hostile_items.rss"), a_source()).wait_s == 7200
    assert read(fault("rdf.xml"), a_source()).wait_s == 1800


def test_rdf_is_read(a_source, fault):
    (item,) = read(fault("rdf.xml"), a_source(language="de")).items

    assert (item.title, item.authors) == ("Der Vertrag", ("E. Muster",))
    assert item.published_at == datetime(2024, 3, 28, 9, tzinfo=UTC)


def test_atom_is_read_with_its_base_and_its_longest_text(a_source, fault):
    (item,) = read(fault("atom.xml"), a_source()).items

    assert item.url == "http://atom.example/news/2.html"
    assert (item.title, item.summary) == ("A plant", "Much longer, and whole.")
    assert item.published_at == datetime(2024, 3, 28, 11, 30, tzinfo=UTC)


def test_a_json_feed_is_read(a_source, fault):
    (item,) = read(fault("json_feed.json"), a_source(), "http://json.example/feed.json").items

    assert (item.url, item.guid, item.title) == ("http://json.example/7", "7", "Seven")
    assert (item.summary, item.authors) == ("The text.", ("Bo",))


@pytest.mark.parametrize(
    ("language", "hour"), [("zh", 11), ("de", 18), ("en", 19)], ids=["Shanghai", "Berlin", "UTC"]
)
def test_a_time_without_zone_is_the_sources_own(a_source, language, hour):
    found = dated("Thu, 28 Mar 2024 19:00:00", a_source(language=language))

    assert found.published_at == datetime(2024, 3, 28, hour, tzinfo=UTC)


def test_gb2312_is_read_as_gb18030(a_source):
    assert (
        dated("2024-03-28 19:00", a_source(language="zh"), "gb2312", "小米與北汽镕").title == "小米與北汽镕"
    )


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "empty-body"),
        (b" \n", "empty-body"),
        (b"{}", "broken-feed"),
        (b'{"items": ', "broken-feed"),
        (b"<?xml version='1.0'?><note>&#1114112;</note>", "broken-feed"),
    ],
)
def test_what_is_no_feed_is_named(a_source, body, cause):
    with pytest.raises(ParseError) as raised:
        read(body, a_source())

    assert raised.value.cause == cause


def test_a_web_page_or_nonsense_for_a_feed_is_named(a_source, fault):
    causes = []
    for name in ("html_for_xml.html", "no_feed_at_all.xml"):
        with pytest.raises(ParseError) as raised:
            read(fault(name), a_source())
        causes.append(raised.value.cause)

    assert causes == ["html-for-xml", "broken-feed"]


def test_a_feed_without_entries_is_fine(a_source):
    assert read(b"<rss version='2.0'><channel><title>t</title></channel></rss>", a_source()).items == ()


@pytest.mark.parametrize("reference", ["&#xD800;", "&#1114112;", "&#0;", "&#x0B;"])
def test_a_reference_to_no_character_does_not_cost_the_feed(a_source, reference):
    assert dated("Thu, 28 Mar 2024 10:00:00 GMT", a_source(), title=f"a{reference}b").title == "a\ufffdb"


def test_the_zone_of_the_source_goes_before_that_of_its_language(a_source):
    source = a_source(language="zh", zone="America/New_York")

    assert dated("2024-03-28 19:00", source).published_at == datetime(2024, 3, 28, 23, tzinfo=UTC)
    assert dated("Thu, 28 Mar 2024 19:00:00 +0100", source).published_at == datetime(
        2024, 3, 28, 18, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("head", "hours", "days"),
    [
        ("<skipHours><hour>3</hour><hour> 0 </hour><hour>24</hour></skipHours>", (0, 3), ()),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Caturday</day></skipDays>", (), (5, 6)),
        ("<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>", (), ()),
        ("<description><![CDATA[<skipHours><hour>3</hour></skipHours>]]></description>", (), ()),
        ("<skipHours><hour>99</hour><hour>x</hour></skipHours>", (), ()),
    ],
    ids=["hours", "days", "always", "quoted", "nonsense"],
)
def test_a_feed_says_when_it_wants_to_be_left_alone(a_source, head, hours, days):
    listing = with_head(head, a_source())

    assert (listing.skip_hours, listing.skip_days) == (hours, days)


def test_skip_hours_behind_the_items_count(a_source):
    items = "<item><link>http://wire.example/1</link></item>" * 3
    feed = f"<rss version='2.0'><channel>{items}<skipHours><hour>7</hour></skipHours></channel></rss>"

    assert read(feed.encode(), a_source()).skip_hours == (7,)


def test_a_json_feed_that_has_expired_is_closed(a_source):
    entry = (
        '{"id": 7, "url": "http://json.example/7", "author": {"name": "Bo"}, '
        '"date_modified": "2024-03-28T10:00:00Z"}'
    )
    closed = read(f'{{"items": [{entry}], "expired": true}}'.encode(), a_source())

    assert (closed.closed, closed.items[0].guid, closed.items[0].authors) == (True, "7", ("Bo",))
    assert closed.items[0].published_at == datetime(2024, 3, 28, 10, tzinfo=UTC)
    assert not read(b'{"items": [], "expired": "true"}', a_source()).closed


def test_a_sitemap_for_a_feed_is_told_for_what_it_is(a_source):
    with pytest.raises(ParseError, match='kind = "sitemap"'):
        read(b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", a_source())


def test_a_medium_is_named_by_searches_only(a_source):
    body = (
        b"<rss version='2.0'><channel><title>t</title><item><link>http://wire.example/1</link>"
        b"<source url='http://a.example'>A</source></item></channel></rss>"
    )

    assert read(body, a_source()).items[0].publisher is None
    assert read(body, a_source(kind="search")).items[0].publisher == "A"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE rss [\n<!ENTITY a "\\x">\n]><rss><channel><item><link>x</link></item></channel></rss>',
        b"<rss><channel><item><title>&#1114112;</title></item></channel></rss>",
        b"<rss version='2.0'><channel><item><pubDate>Thu, 99 Foo 2024</pubDate></item></channel></rss>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='http://[x'/></entry></feed>",
    ],
)
def test_what_makes_the_parser_raise_is_a_broken_feed(a_source, body):
    with pytest.raises(ParseError) as raised:
        read(body, a_source())

    assert raised.value.cause == "broken-feed"
