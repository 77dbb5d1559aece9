from datetime import UTC, datetime

import pytest

from extractors.articles.extract import Page, article_from_feed, read_article
from extractors.articles.lead import lead_and_text
from extractors.articles.metadata import canonical_url
from extractors.articles.structured import names_in
from extractors.errors import ExtractionError

NOW = datetime(2024, 4, 1, tzinfo=UTC)
SENTENCE = (
    "Both companies said on Thursday that they will build the car together in Beijing from next year on. "
)


def read(html, item, source, url="http://wire.example/1", content_type="text/html"):
    return read_article(Page(url=url, body=html.encode(), content_type=content_type), item, source, NOW)


def test_what_the_page_says_for_machines_is_taken(an_item, a_source):
    page = (
        '<html lang="de"><head><script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, '
        '{"@type": "NewsArticle", "headline": "The deal", "author": {"@id": "#a"}, '
        '"datePublished": "2024-03-28T10:00:00"}, {"@id": "#a", "name": "Ada"}]}</script>'
        f'<meta property="og:site_name" content="Wire"></head><body><article><p>{SENTENCE * 3}</p></article></body>'
    )
    found = read(page, an_item(), a_source())

    assert (found.title, found.authors, found.publisher) == ("The deal", ("Ada",), "Wire")
    assert found.published_at == datetime(2024, 3, 28, 9, tzinfo=UTC)
    assert found.published_from == "structured"


@pytest.mark.parametrize(
    ("title", "text", "cause"),
    [
        ("Just a moment...", SENTENCE, "bot-wall"),
        ("404 Page not found", SENTENCE, "soft-404"),
        ("Before you continue", SENTENCE, "consent-wall"),
        ("News", "", "no-article"),
    ],
)
def test_what_stands_where_an_article_should_is_named(an_item, a_source, title, text, cause):
    with pytest.raises(ExtractionError) as raised:
        read(
            f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>",
            an_item(),
            a_source(),
        )

    assert raised.value.cause == cause


@pytest.mark.parametrize(
    "page", [f"<p {'a=1 ' * 20_000}>x", "<p>" * 150_001, "x" * 5_000_001], ids=["tag", "tags", "size"]
)
def test_markup_that_would_hang_the_parser_is_refused(an_item, a_source, page):
    with pytest.raises(ExtractionError, match="too-large"):
        read(page, an_item(), a_source())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("\n %PDF-1.7", "text/html"),
        ('{"text": "x"}', "application/json"),
        ("x", "image/svg+xml"),
        ("x", "font/woff2"),
    ],
)
def test_what_is_no_html_is_no_page(an_item, a_source, body, kind):
    with pytest.raises(ExtractionError, match="not-html"):
        read(body, an_item(), a_source(), content_type=kind)


def test_html_that_is_sent_as_something_else_is_read(an_item, a_source):
    html = f"<!DOCTYPE html><html><body><article><p>{SENTENCE * 3}</p></article></body></html>"

    assert read(html, an_item(), a_source(), content_type="application/octet-stream").text


def test_feed_text_stands_in_only_where_it_is_a_sentence(an_item, a_source):
    assert article_from_feed(an_item(summary=SENTENCE), a_source(), NOW).text_from == "feed"
    assert article_from_feed(an_item(summary="Read more"), a_source(), NOW) is None


def test_the_canonical_address_is_only_believed_on_its_own_site():
    own = "https://www.wire.example/1?id=7&utm_source=rss#top"

    assert canonical_url(own, None) == "https://www.wire.example/1?id=7"
    assert canonical_url(own, "https://wire.example/deal") == "https://wire.example/deal"
    assert canonical_url(own, "https://elsewhere.test/deal") == "https://www.wire.example/1?id=7"
    assert canonical_url(own, "https://www.wire.example/") == "https://www.wire.example/1?id=7"


def test_a_standfirst_that_extraction_lost_is_put_back():
    told = "A standfirst of more than forty letters, on the page"

    assert lead_and_text("One.\n\nTwo.", "T", told, f"x {told} y") == (told, f"{told}\n\nOne.\n\nTwo.")
    assert lead_and_text("One.\n\nTwo.", "T", told, "not there") == ("One.", "One.\n\nTwo.")
    assert lead_and_text(f"{told} And more.", "T", told, "") == (told, f"{told} And more.")


def test_an_article_in_a_frame_that_is_named_like_an_advertisement_is_read(an_item, a_source):
    # The navigation is longer, so that the frame's share of the text does not save it.
    links = "".join(f"<li><a href='/{n}'>Another headline of the day, number {n}</a></li>" for n in range(60))
    html = f"<body><nav>{links}</nav><div class='content share'><h1>The deal</h1><p>{SENTENCE * 3}</p></div>"

    assert (SENTENCE * 3).strip() in read(f"<html>{html}</html>", an_item(), a_source()).text


def test_a_picture_of_many_letters_in_a_tag_is_no_attack(an_item, a_source):
    html = f"<html><body><article><img src='data:{'x' * 200_000}'><h1>The deal</h1><p>{SENTENCE * 3}</p></article>"

    assert (SENTENCE * 3).strip() in read(html, an_item(), a_source()).text


def test_the_text_told_to_machines_stands_in_for_one_that_is_not_on_the_page(an_item, a_source):
    told = f'{{"@type": "NewsArticle", "headline": "A &amp; B", "articleBody": "<p>One {SENTENCE}</p><p>Two.</p>"}}'
    html = f"<html><head><script type='application/ld+json'>{told}</script></head><body><div id=app></div></body>"
    found = read(html, an_item(), a_source())

    assert found.title == "A & B"
    assert found.text == f"One {SENTENCE}".strip() + "\n\nTwo."


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Muster and Eva Probe", ("Ada Muster", "Eva Probe")),
        ("Ada Muster, Eva Probe, Jo Doe und Li Wei", ("Ada Muster", "Eva Probe", "Jo Doe", "Li Wei")),
        ("By Ada Muster", ("Ada Muster",)),
        ("Byron Lee; Eva Probe", ("Byron Lee", "Eva Probe")),
        ("Weber, Anna", ("Weber, Anna",)),
        ("a.muster@wire.example", ()),
        ("wire.example", ()),
        ("105092", ()),
    ],
)
def test_a_line_of_authors_is_names_and_nothing_else(written, names):
    assert names_in(written) == names


def test_letters_that_nobody_sees_split_no_word(an_item, a_source):
    html = (
        f"<html><body><article><h1>Xia&shy;omi</h1><p>Xia\u00adomi {SENTENCE * 3}</p></article></body></html>"
    )
    found = read(html, an_item(title=None), a_source())

    assert (found.title, found.text[:6]) == ("Xiaomi", "Xiaomi")


def test_a_view_of_an_article_belongs_to_it_and_an_article_not_to_its_section():
    deal = "https://wire.example/cars/the-deal-of-the-year"

    assert canonical_url(f"{deal}/amp", deal) == deal
    assert canonical_url(deal, "https://wire.example/cars/") == deal
    assert canonical_url(deal, "https://wire.example/index.html") == deal
    assert canonical_url(deal, "https://wire.example/en/") == deal


@pytest.mark.parametrize(
    ("meta", "reserved"),
    [
        ("<meta name='tdm-reservation' content='1'>", True),
        ("<meta name='tdm-reservation' content='0'>", False),
        ("<meta name='robots' content='index, NoAI, noimageai'>", True),
        ("<meta name='robots' content='index, follow'>", False),
        ("", False),
    ],
)
def test_a_page_that_reserves_its_rights_is_noted(an_item, a_source, meta, reserved):
    page = f"<html><head><title>The deal</title>{meta}</head><body><article><p>{SENTENCE * 3}</p></article></body>"

    assert bool(read(page, an_item(), a_source()).reservations) is reserved
