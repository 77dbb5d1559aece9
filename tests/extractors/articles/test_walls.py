"""What stands where an article should is named; an article about such things is one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.articles.extract import Page, read_article
from extractors.articles.walls import Sight, wall_of
from extractors.errors import ExtractionError

FAULTS = Path(__file__).parents[2] / "faults"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
URL = "https://news.example/business/1234-story"
PARAGRAPH = "The two companies said on Monday that they will build the plant together, and hire 900 people. "


def files(folder):
    found = sorted((FAULTS / folder).glob("*.html"))
    assert found
    return found


def read(body, an_item, a_source):
    page = Page(url=URL, body=body, content_type="text/html; charset=utf-8")
    return read_article(page, an_item(url=URL), a_source(), NOW)


@pytest.mark.parametrize("path", files("walls"), ids=lambda path: path.stem)
def test_a_wall_is_named_and_never_an_article(an_item, a_source, path):
    with pytest.raises(ExtractionError) as raised:
        read(path.read_bytes(), an_item, a_source)

    assert raised.value.cause == path.name.partition(".")[0]


@pytest.mark.parametrize("path", files("about_walls"), ids=lambda path: path.stem)
def test_an_article_about_walls_is_an_article(an_item, a_source, path):
    found = read(path.read_bytes(), an_item, a_source)

    assert len(found.text) > 80
    assert "partners use cookies" not in found.text


def test_every_wall_has_examples_in_three_languages():
    causes = {}
    for path in files("walls"):
        cause, language, _ = path.stem.split(".")
        causes.setdefault(cause, set()).add(language)

    assert set(causes) == {"bot-wall", "consent-wall", "soft-404", "paywall", "js-only", "no-article"}
    assert all(languages == {"de", "en", "zh"} for languages in causes.values())


def test_an_article_that_is_not_free_but_here_in_full_is_read():
    whole = Sight(titles=("The deal",), text=PARAGRAPH * 12, shown=PARAGRAPH * 12, markup="", locked=True)
    teaser = Sight(titles=("The deal",), text=PARAGRAPH, shown=PARAGRAPH, markup="", locked=True)

    assert wall_of(whole) is None
    assert wall_of(teaser) == "paywall"


def test_news_in_brief_of_a_free_site_that_sells_subscriptions_is_read():
    shown = f"{PARAGRAPH} Already a subscriber? Sign in to continue reading."
    told = {"titles": ("The deal",), "text": PARAGRAPH, "shown": shown, "markup": ""}

    assert wall_of(Sight(**told, locked=False)) is None
    assert wall_of(Sight(**told)) == "paywall"


def test_a_list_of_articles_is_none():
    lines = "\n\n".join(f"The tram line number {number} opens a year early" for number in range(40))
    told = {"titles": ("Business",), "text": lines, "shown": lines, "markup": ""}

    assert wall_of(Sight(**told, linked=0.9)) == "no-article"
    assert wall_of(Sight(**told, linked=0.9, is_article=True)) is None
    assert wall_of(Sight(**told, linked=0.2)) is None
