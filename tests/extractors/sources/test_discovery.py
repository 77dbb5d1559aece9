import pytest

from extractors.orders import Instead
from extractors.sources.discovery import MOST_LISTINGS, find_listings, section_page, sitemaps_of

URL = "https://wire.example/politics/"
PAGE = b"""<html><head><base href="https://wire.example/base/">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" href="politics.rss">
<link rel="ALTERNATE nofollow" type="application/atom+xml; charset=utf-8" href="/atom">
<link rel="alternate" hreflang="de" href="/de/"><link rel="alternate" type="application/rss+xml" href="javascript:x">
<link rel="sitemap" href="/sitemap.xml"></head><body>
<a href="https://feeds.other.example/wire.rss">RSS</a><a href="/rss/world.xml">World</a><a href="/atom">Atom</a>
<a href="/sitemap">All pages</a><a href="/feedback">Write to us</a><a href="/data/report.xml">Data</a></body></html>"""


def test_declared_feeds_come_first_and_comments_last():
    assert find_listings(PAGE, "text/html", URL) == (
        Instead(kind="feed", url="https://wire.example/base/politics.rss"),
        Instead(kind="feed", url="https://wire.example/atom"),
        Instead(kind="feed", url="https://wire.example/rss/world.xml"),
        Instead(kind="feed", url="https://feeds.other.example/wire.rss"),
        Instead(kind="sitemap", url="https://wire.example/sitemap.xml"),
        Instead(kind="feed", url="https://wire.example/comments/feed/"),
    )


def test_the_page_itself_is_no_listing_of_it_and_there_is_a_bound():
    own = b'<link rel="alternate" type="application/rss+xml" href="/politics/">'
    many = b"".join(b'<a href="/%d/rss.xml">x</a>' % number for number in range(100))

    assert find_listings(own, None, URL) == ()
    assert len(find_listings(many, None, URL)) == MOST_LISTINGS


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<?xml version='1.0'?>", b"<!-- -->", b'{"a": 1}'])
def test_what_is_no_page_names_nothing(body):
    assert find_listings(body, None, URL) == ()


def test_sitemaps_called_news_come_first():
    named = ("https://wire.example/sitemap.xml", "/relative.xml", "https://wire.example/sitemap-news.xml")

    assert [at.url for at in sitemaps_of((*named, *named))] == [
        "https://wire.example/sitemap-news.xml",
        "https://wire.example/sitemap.xml",
    ]


@pytest.mark.parametrize(
    ("feed", "page"),
    [
        ("https://wire.example/politik/rss.xml", "https://wire.example/politik/"),
        ("https://wire.example/politik/feed/", "https://wire.example/politik/"),
        ("https://wire.example/news/sitemap.xml?x=1", "https://wire.example/news/"),
        ("https://wire.example/rss/politik.xml", "https://wire.example/"),
        ("https://feeds.wire.example/news/world/rss", "https://wire.example/news/world/"),
        ("https://wire.example:8443/feed?format=atom", "https://wire.example:8443/"),
        ("https://wire.example/", None),
        ("no address", None),
    ],
)
def test_the_section_page_of_a_feed_is_the_folder_it_lies_in(feed, page):
    assert section_page(feed) == (Instead(kind="page", url=page) if page else None)
