from datetime import UTC, datetime

import pytest

from extractors.errors import ParseError
from extractors.sources.search import parse_search

NOW = datetime(2024, 4, 1, tzinfo=UTC)
BING = "http://www.bing.com/news/apiclick.aspx?ref=FexRss&amp;aid=&amp;url=https%3a%2f%2fa.example%2f1%3fx%3d2&amp;c=9"
GOOGLE = "https://news.google.com/rss/articles/CBMiabc?oc=5"
GDELT = b"""{"articles": [
 {"url": "https://a.example/1", "title": "A plant \x01opens", "seendate": "20240331T101500Z", "domain": "a.example"},
 {"url": "javascript:alert(1)", "title": "x"}, 7, {"url": 8}]}"""


def read(body, source, url="https://search.example/rss"):
    return parse_search(body, None, source, url, now=NOW).items


def found(link, title, more=""):
    return (
        "<rss version='2.0' xmlns:News='https://www.bing.com/news/'><channel><title>t</title><item>"
        f"<title>{title}</title><link>{link}</link><guid isPermaLink='false'>g1</guid>"
        f"<description>cut ... out</description>{more}</item></channel></rss>"
    ).encode()


def test_google_leads_through_itself_and_names_the_medium(a_source):
    body = found(
        GOOGLE, "A plant - in Wien - Der Bote", "<source url='https://bote.example'>Der Bote</source>"
    )
    (item,) = read(body, a_source(kind="search"))

    assert (item.url, item.redirector, item.guid) == (GOOGLE, True, "g1")
    assert (item.title, item.publisher, item.summary) == ("A plant - in Wien", "Der Bote", None)


def test_bing_carries_the_address_and_names_the_medium(a_source):
    (item,) = read(found(BING, "A plant", "<News:Source>Der Bote</News:Source>"), a_source(kind="search"))

    assert (item.url, item.redirector, item.publisher) == ("https://a.example/1?x=2", False, "Der Bote")
    # The guid of such an item is the link through the engine, another one with every search.
    assert item.guid is None


@pytest.mark.parametrize("target", ["javascript%3aalert(1)", "ftp%3a%2f%2fa.example", ""])
def test_a_link_that_carries_no_web_address_stays_as_it_is(a_source, target):
    link = f"http://www.bing.com/news/apiclick.aspx?url={target}"
    (item,) = read(found(link, "A plant"), a_source(kind="search"))

    assert item.url == link


def test_a_title_that_is_only_the_medium_is_kept(a_source):
    (item,) = read(
        found("https://a.example/2", " - Bote", "<source url='x'>Bote</source>"), a_source(kind="search")
    )

    assert item.title == "- Bote"


def test_the_article_list_of_gdelt_is_read(a_source):
    (item,) = read(GDELT, a_source(kind="search"))

    assert (item.url, item.publisher, item.title) == ("https://a.example/1", "a.example", "A plant opens")
    assert item.published_at == datetime(2024, 3, 31, 10, 15, tzinfo=UTC)
    assert read(b"{}", a_source(kind="search")) == ()


def test_a_json_feed_of_a_search_is_read(a_source):
    body = (
        b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "url": "https://a.example/1"}]}'
    )

    assert [item.url for item in read(body, a_source(kind="search"))] == ["https://a.example/1"]


def test_a_message_for_an_answer_is_a_broken_feed(a_source):
    with pytest.raises(ParseError, match="plain text: Your query was too short") as raised:
        read(b"Your query was too short or too long.", a_source(kind="search"))

    assert raised.value.cause == "broken-feed"


def test_a_link_with_more_fields_than_any_engine_gives_stays_as_it_is(a_source):
    link = "http://www.bing.com/news/apiclick.aspx?" + "&amp;".join(f"a{number}=1" for number in range(150))
    (item,) = read(found(link, "A plant"), a_source(kind="search"))

    assert item.url == link.replace("&amp;", "&")
