"""Which text of a page is the article's."""

from datetime import UTC, datetime

import pytest

from extractors.articles.extract import Page, read_article
from extractors.articles.metadata import read_metadata
from extractors.articles.parsing import parse_page
from extractors.errors import ExtractionError

NOW = datetime(2026, 4, 1, tzinfo=UTC)
URL = "https://news.example/business/1234-story"
SENTENCE = (
    "Both companies said on Thursday that they will build the car together in Beijing from next year on. "
)


def read(body, an_item, a_source, head="", **source):
    html = f"<html lang=en><head><title>Prices | Example</title>{head}</head><body>{body}</body></html>"
    page = Page(url=URL, body=html.encode(), content_type="text/html")
    return read_article(page, an_item(url=URL), a_source(**source), NOW)


def test_what_the_watch_selects_is_the_text(an_item, a_source):
    body = (
        "<nav>Home</nav><table class=p><tr><td>Model A</td><td>19,900</td></tr></table><p>Other</p>"
        "<div class=p><p>Valid from <b>May</b>.</p><div class=p>Inner</div></div>"
    )
    found = read(body, an_item, a_source, kind="page", text=".p")

    assert found.text.split("\n\n") == ["Model A 19,900", "Valid from May.", "Inner"]
    assert found.title == "Prices"
    assert found.lead is None


@pytest.mark.parametrize("selector", [".missing", "td[", "p.empty"])
def test_a_selection_of_nothing_is_named(an_item, a_source, selector):
    with pytest.raises(ExtractionError) as raised:
        read("<p class=empty> </p><p>Other</p>", an_item, a_source, kind="page", text=selector)

    assert raised.value.cause == "no-text"


def test_hints_to_other_articles_are_no_part_of_this_one(an_item, a_source):
    body = (
        f"<article><h1>The deal</h1><p>{SENTENCE * 4}</p>"
        "<p>Read more: <a href='/2'>What the deal means for the suppliers</a></p>"
        f"<p>{SENTENCE * 4} See <a href='/3'>the contract as it was signed in March</a> for the rest of it.</p>"
        "<h3><a href='/4'>Union accepts the offer of the employers</a></h3>"
        f"<div><h3><a href='/5'>Another story</a></h3><p>It tells something else altogether.</p></div>"
        "<p>Advertisement</p><p>© 2026 Example Media</p></article>"
    )
    text = read(body, an_item, a_source).text

    assert "the contract as it was signed" in text
    for foreign in ("What the deal means", "Union accepts", "Another story", "something else", "Advert", "©"):
        assert foreign not in text


def test_a_list_of_products_with_links_to_shops_is_an_article(an_item, a_source):
    boxes = "".join(
        f"<div class=box><h3><a href='https://shop.test/{n}'>Lamp of the maker number {n}</a></h3>"
        f"<p>It is bright for {n} hours, and {SENTENCE}</p></div>"
        for n in range(6)
    )
    text = read(
        f"<article><h1>The best lamps</h1><p>{SENTENCE * 3}</p>{boxes}</article>", an_item, a_source
    ).text

    assert text.count("It is bright") == 6
    assert text.count("Lamp of the maker") == 6


def test_the_heading_that_is_also_written_for_sharing_is_the_title(an_item, a_source):
    head = (
        '<meta property="og:title" content="The deal of the year">'
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Xiaomi BAIC deal: all about it"}'
        "</script>"
    )
    shown = read(
        f"<article><h1>The deal of the year</h1><p>{SENTENCE * 3}</p></article>", an_item, a_source, head
    )
    other = read(f"<article><h1>Prices</h1><p>{SENTENCE * 3}</p></article>", an_item, a_source, head)

    assert shown.title == "The deal of the year"
    assert other.title == "Xiaomi BAIC deal: all about it"


def test_authors_who_are_only_shown_to_readers_are_found(an_item, a_source):
    body = f"<article><h1>The deal</h1><div class='byline'>By Ada Muster</div><p>{SENTENCE * 3}</p></article>"

    assert read(body, an_item, a_source).authors == ("Ada Muster",)


def test_a_long_article_comes_whole_and_an_endless_one_does_not(an_item, a_source):
    paragraphs = [f"<p>Number {number}. {SENTENCE * 3}</p>" for number in range(1000)]
    whole, cut = (
        read(f"<article><h1>All of it</h1>{''.join(some)}</article>", an_item, a_source).text
        for some in (paragraphs[:480], paragraphs)
    )

    assert len(whole) > 140_000
    assert "Number 479." in whole
    assert 190_000 < len(cut) <= 200_000
    assert cut.endswith(".")


def test_a_script_in_the_heading_is_no_part_of_it():
    page = b"<html><body><article><h1>The deal of the year<script>evil('<p>x')</script></h1></article></body></html>"
    root, _ = parse_page(URL, page, "text/html")

    assert read_metadata(root, URL).shown_title == "The deal of the year"
