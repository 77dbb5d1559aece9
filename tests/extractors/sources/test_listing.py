"""What all listings have in common: addresses, and how much markup is read."""

from datetime import UTC, datetime
from functools import partial

import pytest

from extractors.errors import ParseError
from extractors.sources.discovery import find_listings
from extractors.sources.feed import parse_feed
from extractors.sources.listing import absolute
from extractors.sources.page import parse_page
from extractors.sources.sitemap import parse_sitemap

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
URL = "http://wire.example/"
MANY = "".join(f" a{number}='x'" for number in range(3000))


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ('/<b>?a="x"#\'', "http://wire.example/%3Cb%3E?a=%22x%22"),
        ("/a%3Cb", "http://wire.example/a%3Cb"),
        ("http://wire>.example/1", None),
        ('http://wi"re.example/1', None),
        ("http://wire.example\\@other.example/1", None),
        ("/" + "<" * 700, None),
    ],
)
def test_an_address_holds_nothing_that_could_end_it_where_it_is_shown(link, url):
    assert absolute(URL, link) == url


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("feed", f"<rss version='2.0'><channel><title>Wire</title><item{MANY}></item></channel></rss>"),
        ("feed", f"<rss version='2.0'><channel><title>Wire</title>{'<' * 300_001}</channel></rss>"),
        ("sitemap", f"<urlset{MANY}/>"),
        ("page", f"<html><body{MANY}>"),
        ("page", "<b>" * 300_001),
    ],
)
def test_markup_that_would_keep_the_parser_busy_is_not_parsed(a_source, kind, text):
    parse = {
        "feed": partial(parse_feed, now=NOW),
        "sitemap": partial(parse_sitemap, now=NOW),
        "page": parse_page,
    }
    with pytest.raises(ParseError) as raised:
        parse[kind](text.encode(), None, a_source(kind=kind), URL)

    assert raised.value.cause == "too-large"
    assert find_listings(text.encode(), "text/html", URL) == ()
