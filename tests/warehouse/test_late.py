"""Articles that come late, again, or changed: nothing is news twice, and the first report is the first one."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, ItemOutcome, Poll
from extractors.records import Claim, Figure, Mention, Signals
from warehouse.database import open_warehouse
from warehouse.load import load

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
SENTENCE = "Xiaomi will build an electric car plant."
TEXT = tuple(range(100, 160))
OTHER = tuple(range(1000, 1060))


def claim(event_type="plant", status="planned", participants=("company:xiaomi",)):
    return Claim(
        event_type=event_type,
        status=status,
        basis="official",
        participants=participants,
        sentence=SENTENCE,
        part="body",
        start=0,
        stop=len(SENTENCE),
        is_news=True,
        score=3.0,
    )


def news(*claims, shingles=(), figures=()):
    found = claims or (claim(),)
    return Signals(
        words=8,
        mentions=(
            Mention(entity_id="company:xiaomi", surface="Xiaomi", part="title", start=0, stop=6),
            Mention(entity_id="topic:electric-car", surface="electric car", part="body", start=21, stop=33),
        ),
        claims=found,
        figures=figures,
        shingles=shingles,
    )


def money(value, of=0):
    return Figure(
        kind="money",
        value=str(value),
        number=float(value),
        unit="USD",
        surface=f"${value}",
        part="body",
        start=0,
        stop=3,
        claim=of,
    )


class Desk:
    """Notes what would be told: the event types of new developments."""

    def __init__(self):
        """Begin with nothing."""
        self.told = []

    def __call__(self, judgement, **_):
        """Note the new developments."""
        self.told += [found.event_type for found in judgement.new]
        return ()


@pytest.fixture
def newsroom(tmp_path, a_watch):
    """A warehouse that takes articles: each call is one batch of a source that has been polled before."""

    class Newsroom:
        def __init__(self, con):
            self.con, self.desk, self.number, self.watch = con, Desk(), 0, a_watch()
            self.load(polls=(polled(),), at=NOON - timedelta(days=300))

        def load(self, *articles, at=NOON, **told):
            self.number += 1
            batch = Batch(
                batch_id=f"b{self.number}", order_id="o", collected_at=at, articles=articles, **told
            )
            return load(self.con, batch, self.watch, at, self.desk)

        def ask(self, question):
            return self.con.execute(question).fetchall()

    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        yield Newsroom(con)


def polled(**changes):
    return Poll(**{"source_id": "wire", "started_at": NOON, "outcome": "new"} | changes)


@pytest.mark.parametrize("days", [1, 10, 60, 200])
def test_an_edited_comma_is_no_news_however_late(newsroom, an_article, days):
    first = an_article(1, signals=news(), text=SENTENCE)
    later = NOON + timedelta(days=days)
    edited = an_article(1, signals=news(), text=SENTENCE + " Really.", seen_at=later)
    newsroom.load(first)

    newsroom.load(edited, at=later)

    assert newsroom.desk.told == ["plant"]
    assert newsroom.ask("SELECT count(*) FROM developments") == [(1,)]


def test_what_a_revision_adds_is_news(newsroom, an_article):
    later = NOON + timedelta(days=60)
    newsroom.load(an_article(1, signals=news(), text=SENTENCE))

    added = news(claim(), claim("licence", "approved"), figures=(money(500, of=1),))
    newsroom.load(an_article(1, signals=added, text="Now with a licence.", seen_at=later), at=later)

    assert newsroom.desk.told == ["plant", "licence"]


def test_an_original_that_comes_after_its_copy_takes_its_place(newsroom, an_article):
    copied = an_article(2, signals=news(shingles=TEXT), publisher="Reprint", published_at=NOON)
    again = an_article(3, signals=news(shingles=TEXT), publisher="Third", published_at=NOON)
    original = an_article(
        1, signals=news(shingles=TEXT), publisher="The Wire", published_at=NOON - timedelta(hours=5)
    )
    newsroom.load(copied)
    newsroom.load(again)
    newsroom.load(original)

    names = dict(newsroom.ask("SELECT article_id, url FROM articles"))
    copies = newsroom.ask("SELECT url, copy_of FROM articles ORDER BY url")
    assert [(url[-1], names.get(key, "")[-1:]) for url, key in copies] == [("1", ""), ("2", "1"), ("3", "1")]
    assert newsroom.ask("SELECT count(*), count(DISTINCT story_id) FROM articles") == [(3, 1)]
    ((first, articles, origins, at),) = newsroom.ask(
        "SELECT first_article_id, articles, origins, reported_at FROM developments"
    )
    assert (names[first][-1], articles, origins, at) == ("1", 3, 1, NOON - timedelta(hours=5))
    roles = newsroom.ask("SELECT role FROM development_articles ORDER BY role")
    assert roles == [("first",), ("repeats",), ("repeats",)]
    assert newsroom.desk.told == ["plant"]


def test_a_copy_that_becomes_a_text_of_its_own_can_bring_news(newsroom, an_article):
    later = NOON + timedelta(hours=4)
    newsroom.load(an_article(1, signals=news(shingles=TEXT)))
    newsroom.load(an_article(2, signals=news(shingles=TEXT), publisher="Other", published_at=NOON))
    assert newsroom.ask("SELECT count(copy_of) FROM articles") == [(1,)]

    own = news(claim(), claim("licence", "approved"), figures=(money(500, of=1),), shingles=OTHER)
    newsroom.load(an_article(2, signals=own, publisher="Other", text="Our own.", seen_at=later), at=later)

    assert newsroom.ask("SELECT count(copy_of) FROM articles") == [(0,)]
    assert newsroom.desk.told == ["plant", "licence"]


def test_the_revision_of_a_copy_that_stays_one_brings_nothing(newsroom, an_article):
    newsroom.load(an_article(1, signals=news(shingles=TEXT)))
    newsroom.load(an_article(2, signals=news(shingles=TEXT), publisher="Other", published_at=NOON))

    changed = news(claim("licence", "approved"), shingles=TEXT[:40])
    newsroom.load(an_article(2, signals=changed, publisher="Other", text="Cut.", published_at=NOON))

    assert newsroom.desk.told == ["plant"]
    assert newsroom.ask("SELECT revision, copy_of IS NOT NULL FROM articles ORDER BY url") == [
        (1, False),
        (2, True),
    ]


@pytest.mark.parametrize("together", [True, False])
def test_a_revision_that_leaves_the_watch_keeps_its_story_and_is_forgotten(newsroom, an_article, together):
    newsroom.watch = replace(newsroom.watch, all_of=(("company:xiaomi",),))
    first = an_article(1, signals=news())
    gone = an_article(1, signals=Signals(words=3), text="Nothing left.", published_at=NOON)
    after = an_article(2, signals=news(claim("legal", "started")), published_at=NOON)
    batches = ((first, gone, after),) if together else ((first,), (gone,), (after,))
    for batch in batches:
        newsroom.load(*batch)

    assert newsroom.ask("SELECT relevant, story_id IS NULL FROM articles ORDER BY url") == [
        (False, False),
        (True, False),
    ]
    assert newsroom.ask("SELECT sum(articles) FROM stories") == [(2,)]
    assert newsroom.ask("SELECT count(*) FROM state.reports") == [(1,)]


def test_a_page_of_the_first_import_that_comes_late_is_silent_too(newsroom, an_article, an_item, a_source):
    fresh = a_source("fresh", url="http://fresh.example/rss.xml")
    newsroom.watch = replace(newsroom.watch, sources=(*newsroom.watch.sources, fresh))
    waiting = an_item(1, source_id="fresh", attempts=-1)
    newsroom.load(
        polls=(polled(source_id="fresh"),),
        outcomes=(ItemOutcome(item=waiting, state="failed", error="postponed"),),
    )
    again = ItemOutcome(item=waiting, state="failed", error="http-500")
    newsroom.load(polls=(polled(source_id="fresh"),), outcomes=(again,))

    late = an_article(1, signals=news(), source_id="fresh")
    done = ItemOutcome(item=waiting, state="article", url=late.article.url)
    licence = news(claim("licence", "approved"), figures=(money(500),))
    other = an_article(2, signals=licence, source_id="fresh", published_at=NOON)
    newsroom.load(late, other, polls=(polled(source_id="fresh"),), outcomes=(done,))

    assert newsroom.desk.told == ["licence"]
    assert newsroom.ask("SELECT count(*) FROM developments") == [(2,)]


def test_one_url_through_two_sources_is_one_article(newsroom, an_article):
    one = an_article(1, signals=news())
    newsroom.load(one)
    result = newsroom.load(replace(one, article=replace(one.article, source_id="other")))

    assert (result.articles, result.revisions) == (0, 0)
    assert newsroom.ask("SELECT source_id FROM articles") == [("wire",)]


def test_a_source_that_left_and_came_back_is_not_a_first_import(newsroom, an_article):
    sources = newsroom.watch.sources
    newsroom.watch = replace(newsroom.watch, sources=())
    newsroom.load()
    newsroom.watch = replace(newsroom.watch, sources=sources)
    newsroom.load(an_article(1, signals=news()), polls=(polled(),))

    assert newsroom.desk.told == ["plant"]


def test_a_source_under_a_new_id_is_not_a_first_import(newsroom, an_article, a_source):
    newsroom.watch = replace(newsroom.watch, sources=(a_source("cable"),))
    article = an_article(1, signals=news(), source_id="cable")
    newsroom.load(article, polls=(polled(source_id="cable"),))

    assert newsroom.desk.told == ["plant"]
    states = newsroom.ask("SELECT source_id, state FROM sources ORDER BY source_id")
    assert states == [("cable", "ok"), ("wire", "removed")]


def test_an_entity_that_left_the_watch_breaks_no_table_or_view(newsroom, an_article):
    newsroom.load(an_article(1, signals=news(claim(participants=("company:xiaomi", "company:baic")))))
    newsroom.watch = replace(newsroom.watch, entities=newsroom.watch.entities[1:], topics=())
    newsroom.load(an_article(2, signals=news(claim("legal", "started")), published_at=NOON))

    assert newsroom.ask("SELECT entity_id FROM entities") == [("company:baic",)]
    for (view,) in newsroom.ask(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
    ):
        newsroom.ask(f"FROM {view}")
    assert newsroom.ask("SELECT DISTINCT entity_id FROM trend_daily ORDER BY 1")[0] == ("company:xiaomi",)


def test_a_story_whose_articles_have_no_language_is_saved(newsroom, an_article):
    newsroom.load(an_article(1, signals=news(), language=None))

    assert newsroom.ask("SELECT languages FROM stories") == [([],)]
    newsroom.load(an_article(2, signals=news(), language="de", published_at=NOON))
    assert newsroom.ask("SELECT languages FROM stories") == [(["de"],)]


@pytest.mark.parametrize("size", [1, 5])
def test_the_size_of_batches_does_not_matter_to_what_is_boilerplate(tmp_path, a_watch, an_article, size):
    chance = random.Random(1)
    phrases = [(start, start + 1) for start in range(0, 80, 2)]
    articles = [
        an_article(
            number,
            publisher=f"P{number % 9}",
            published_at=NOON - timedelta(hours=500 - number),
            signals=Signals(
                words=8,
                shingles=tuple(sorted({one for phrase in chance.sample(phrases, 6) for one in phrase})),
            ),
        )
        for number in range(60)
    ]

    def copies(name, length):
        with open_warehouse(tmp_path / name) as con:
            for start in range(0, len(articles), length):
                part = tuple(articles[start : start + length])
                batch = Batch(batch_id=f"b{start}", order_id="o", collected_at=NOON, articles=part)
                load(con, batch, a_watch(), NOON)
            return con.execute("SELECT url, copy_of FROM articles ORDER BY url").fetchall()

    at_once = copies("whole.duckdb", 1000)
    assert 0 < sum(copy is not None for _, copy in at_once) < 60
    assert copies("parts.duckdb", size) == at_once
