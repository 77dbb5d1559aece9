"""The pages of single articles in the report: linked, self-contained, exact, harmless, and readable on a phone."""

import html as escaping
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from extractors.records import Article, Mention, Signals
from extractors.signals.tagger import Tagger
from extractors.watch import read_watch
from flows.report.articles import article_page, harmless
from flows.report.explained import explain
from flows.report.pages import write_report
from warehouse.database import insert, open_warehouse
from warehouse.explained import Kept
from warehouse.snapshot import publish
from warehouse.stored import StoredArticle, save_articles

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\u202e\x1b[31m\"'&]]>"
TITLE = "Xiaomi in talks with BAIC"
TEXT = (
    "Xiaomi is in talks with BAIC about a stake of 10 percent, Bloomberg reported, citing people familiar with "
    "the matter.\n\nThe companies spoke in Beijing.\n\nXiaomi invested 10 billion yuan last year."
)
WATCH = """
name = "cars"
title = "Cars"
languages = ["en"]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"] }

[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }
"""


@pytest.fixture
def a_watch(tmp_path):
    path = tmp_path / "watch.toml"
    path.write_text(WATCH, encoding="utf-8")
    return read_watch(path)


def stored(watch, title=TITLE, text=TEXT, url="https://wire.example/1", publisher="The Wire"):
    article = Article(
        url=url, source_id="w", publisher=publisher, title=title, text=text, seen_at=NOW, language="en"
    )
    return StoredArticle(
        article=article,
        revision=1,
        first_seen_at=NOW,
        reported_at=NOW,
        words=9,
        relevant=True,
        likeness=0.5,
        copy_of=None,
        story_id=None,
        signals=Tagger(watch).tag(article),
    )


@pytest.fixture
def a_report(tmp_path, a_watch):
    """A maker of reports of developments, one for each of the articles; returns the folder."""

    def make(*articles, watch=a_watch):
        path = tmp_path / "w.duckdb"
        path.unlink(missing_ok=True)
        with open_warehouse(path) as con:
            save_articles(con, articles)
            insert(
                con,
                "developments",
                [
                    {
                        "development_id": f"d{number}",
                        "story_id": "s1",
                        "event_type": "stake",
                        "status": "talks",
                        "basis": "unconfirmed",
                        "participants": ["company:xiaomi"],
                        "what": "Stake, talks",
                        "sentence": "It was said.",
                        "first_article_id": one.article_id,
                        "reported_at": NOW - timedelta(minutes=number),
                        "detected_at": NOW,
                        "articles": 1,
                        "origins": 1,
                        "supersedes": None,
                    }
                    for number, one in enumerate(articles)
                ],
            )
        (tmp_path / "s.duckdb").unlink(missing_ok=True)
        publish(path, tmp_path / "s.duckdb")
        return write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars", watch).parent

    return make


def only_page(folder):
    (path,) = (folder / "articles").iterdir()
    return path


def text_of(page):
    return [" ".join(one.text_content().split()) for one in page.xpath("//section[@id='text']/p")]


def test_each_development_links_to_the_page_of_its_first_report(a_report, a_watch):
    folder = a_report(stored(a_watch))
    index = html.fromstring((folder / "index.html").read_bytes())
    (link,) = index.xpath("//section[@id='developments']//a[text()='why it counts']/@href")

    page = html.fromstring((folder / link).read_bytes())
    assert page.xpath("//h1")[0].text_content() == TITLE
    assert (folder / "articles" / page.xpath("//header//a/@href")[0]).resolve() == folder / "index.html"


def test_the_page_shows_the_text_exactly_with_its_marks_and_reasons(a_report, a_watch):
    page = html.fromstring(only_page(a_report(stored(a_watch))).read_bytes())

    assert text_of(page) == TEXT.split("\n\n")
    assert page.xpath("//h1/mark[@title='company:xiaomi']/text()") == ["Xiaomi"]
    figure = page.xpath("//section[@id='text']//mark[contains(@class, 'figure')]")[0]
    assert (figure.text, set(figure.get("class").split())) == ("10 percent", {"claim", "citation", "figure"})
    numbers = page.xpath("//a[@class='number']/@href")
    assert numbers[0] == "#claim-1"
    assert all(page.xpath(f"//article[@id='{href[1:]}']") for href in numbers)
    assert "“in talks” (list status.talks)" in page.xpath("//article[@id='claim-1']")[0].text_content()


def test_a_german_page_speaks_german_around_the_words_of_the_article(a_watch):
    one = stored(a_watch)
    kept = Kept(stored=one, signals=one.signals, story_title=None, original_title=None, original_url=None)
    explained = explain(kept, None)
    page = html.fromstring(article_page(explained, "Autos", language="de"))
    shown = " ".join(page.text_content().split())

    assert "Ähnlichkeit 0,50" in shown
    assert "Xiaomi = company:xiaomi (Titel 1×, " in shown
    assert "10000000000 CNY (Geld)" in shown
    assert not re.search(r"\b(title|lead|body|money) ?\b[0-9)]", shown)
    quoted = page.xpath("//section[@id='figures']//li/bdi | //section[@id='names']//li/bdi | //main//q/bdi")
    assert {one.get("lang") for one in quoted} == {"en"}


def test_without_a_watch_the_page_says_that_it_has_no_reasons(a_report, a_watch):
    page = html.fromstring(only_page(a_report(stored(a_watch), watch=None)).read_bytes())

    assert "without reasons" in page.xpath("//header")[0].text_content()
    assert page.xpath("//section[@id='claims']//table") == []
    assert text_of(page) == TEXT.split("\n\n")


def test_hostile_text_is_inert_in_the_page(a_report, a_watch):
    evil = stored(a_watch, f"{EVIL} Xiaomi", f"{EVIL} Xiaomi fell.", "javascript:alert(3)", EVIL)
    path = only_page(a_report(evil))
    page = html.fromstring(path.read_bytes())

    assert page.xpath("//script | //img | //*[@onerror] | //a[starts-with(@href, 'javascript')]") == []
    assert "{{ 7 * 7 }}" in page.xpath("//h1")[0].text_content()
    assert not {"\u202e", "\x1b"} & set(path.read_text(encoding="utf-8"))


def test_the_page_asks_nobody_for_anything(a_report, a_watch):
    text = only_page(a_report(stored(a_watch))).read_text(encoding="utf-8")
    page = html.fromstring(text.encode())

    assert page.xpath("//@src | //link | //script") == []
    assert "url(" not in text
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]


def test_a_page_stays_as_it_is_until_article_or_watch_change(a_report, a_watch):
    path = only_page(a_report(stored(a_watch)))
    path.write_text(path.read_text(encoding="utf-8") + "<!-- kept -->", encoding="utf-8")
    a_report(stored(a_watch))
    kept = "<!-- kept -->" in path.read_text(encoding="utf-8")
    a_report(stored(a_watch, text=f"{TEXT} It is new."))

    assert kept
    assert "It is new." in path.read_text(encoding="utf-8")
    assert "<!-- kept -->" not in path.read_text(encoding="utf-8")
    a_report(stored(a_watch, text=f"{TEXT} It is new."), watch=None)
    assert "without reasons" in path.read_text(encoding="utf-8")


def test_pages_of_articles_that_are_no_longer_shown_are_removed(a_report, a_watch):
    first = only_page(a_report(stored(a_watch)))
    second = only_page(a_report(stored(a_watch, url="https://wire.example/2")))

    assert first != second
    assert not first.exists()


@given(
    text=st.text(st.characters()),
    spans=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 25), st.text(st.characters())), max_size=4),
)
def test_any_text_with_any_marks_is_shown_whole_and_nothing_else_is_in_it(text, spans):
    mentions = tuple(
        Mention(entity_id=name, surface=text[a:b], part="body", start=a, stop=b) for a, b, name in spans
    )
    article = Article(
        url="https://x.example/", source_id="w", publisher="P", title=text, text=text, seen_at=NOW
    )
    one = StoredArticle(
        article=article,
        revision=1,
        first_seen_at=NOW,
        reported_at=NOW,
        words=1,
        relevant=False,
        likeness=0.0,
        copy_of=None,
        story_id=None,
    )
    signals = Signals(words=1, mentions=mentions)
    kept = Kept(stored=one, signals=signals, story_title=None, original_title=None, original_url=None)
    written = article_page(explain(kept, None), "Cars")
    section = re.search(r'<section class="text".*?</section>', written, re.DOTALL)[0]
    shown = escaping.unescape(re.sub(r"<[^>]*>", "", section))

    assert "".join(shown.split()) == "".join(harmless(text).split())
    assert set(re.findall(r"</?(\w+)", section)) <= {"section", "p", "mark", "a"}
