"""What is kept ready says what the tables say, whatever comes, in whatever order and in batches of whatever size."""

import random
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.orders import Batch, Poll
from extractors.records import Article, CollectedArticle, Mention, Release, Source
from extractors.signals.tagger import Tagger
from extractors.watch import Entity, Watch
from tests.fuzzing import check, lengths
from tests.given_claims import article_of
from tests.streams.reading import read_stream
from tests.warehouse.made_reports import ACME, BOLT, CLAIMS, CRANE, NOON, signals
from warehouse.database import open_warehouse
from warehouse.integrity import check_warehouse, mend_summaries
from warehouse.load import load
from warehouse.summaries import SUMMARIES, refill, stale

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: The same views without anything kept ready: each says it from the tables alone.
FROM_TABLES = {
    path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("from_tables/*.sql")
}
PLACES = (ACME, BOLT, CRANE, "company:other")
WATCH = Watch(
    name="made",
    title="Made",
    languages=("en", "de"),
    entities=tuple(
        Entity(entity_id=one, kind="company", name=one[8:].title(), names={"en": (one[8:].title(),)})
        for one in PLACES
    ),
    all_of=((ACME, BOLT, CRANE),),
)
#: Something for each summary.
OF_EACH = [
    {
        "number": number,
        "hours": 30 * number,
        "claims": [("stake", "agreed", "official", (ACME,), (), {})],
        "front": [ACME, BOLT],
        "words": number % 2,
        "publisher": "Alpha",
        "language": "en",
        "canceled": False,
        "failed": False,
    }
    for number in range(6)
]


def differing(con):
    """Return the views that say anything else than the tables do, with what they say too much and too little."""
    found = {}
    for view, computed in FROM_TABLES.items():
        kept, wanted = (
            Counter(repr(row) for row in con.execute(statement).fetchall())
            for statement in (f"FROM {view}", computed)
        )
        if kept != wanted:
            found[view] = (kept - wanted, wanted - kept)
    return found


ARRIVALS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(0, 5),
            "hours": st.integers(0, 24 * 60) | st.integers(0, 30),
            "claims": st.lists(CLAIMS, max_size=2),
            "front": st.lists(st.sampled_from(PLACES), max_size=3, unique=True),
            "words": st.integers(0, 3),
            "publisher": st.sampled_from(["Alpha", "Beta", "Gamma"]),
            "language": st.sampled_from(["en", "de", None]),
            "canceled": st.sampled_from([False, False, False, True]),
            "failed": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)


def collected(arrival, place):
    """Return the article as it arrives; articles with the same `words` are copies of each other."""
    name = f"{arrival['number']} {place}"
    found = signals(name, arrival["claims"], front=arrival["front"])
    body = tuple(
        Mention(entity_id=one.entity_id, surface=one.surface, part="body", start=9, stop=10)
        for one in found.mentions
    )
    words = arrival["words"]
    at = NOON + arrival["hours"] * HOUR
    return CollectedArticle(
        article=Article(
            url=f"https://made.example/{arrival['number']}",
            source_id=f"s{arrival['number'] % 2}",
            publisher=arrival["publisher"],
            title=f"Headline {name}",
            text=f"Text {name}.",
            seen_at=at,
            language=arrival["language"],
            published_at=at - arrival["number"] * DAY,
            published_from="feed",
            release=Release(pubstatus="canceled") if arrival["canceled"] else None,
        ),
        signals=replace(
            found,
            mentions=found.mentions + body,
            shingles=tuple(range(1000 * words, 1000 * words + 60)) if words else (),
        ),
    )


def batches_of(arrivals, size):
    """Return batches of so many arrivals each, and which sources the watch of each one has."""
    for start in range(0, len(arrivals), size):
        some = arrivals[start : start + size]
        articles = tuple(collected(one, start + place) for place, one in enumerate(some))
        latest = max(one.article.seen_at for one in articles)
        polls = tuple(
            Poll(
                source_id=f"s{one['number'] % 2}",
                started_at=NOON + one["hours"] * HOUR,
                outcome="failed" if one["failed"] else "new",
            )
            for one in some
        )
        batch = Batch(batch_id=f"b{start}", order_id="o", collected_at=latest, articles=articles, polls=polls)
        yield batch, ("s0", "s1") if some[0]["words"] else ("s0",)


def watch_with(names):
    return replace(
        WATCH,
        sources=tuple(
            Source(source_id=name, kind="feed", url=f"http://{name}.example/", every=HOUR) for name in names
        ),
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A warehouse without a row: to make one takes longer than to load some batches."""
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    with open_warehouse(path):
        pass
    return path


@lengths(6)
def test_every_view_says_what_the_tables_say_after_every_batch(empty, examples):
    @given(arrivals=ARRIVALS, size=st.integers(1, 4))
    def holds(arrivals, size):
        with (
            tempfile.TemporaryDirectory() as folder,
            open_warehouse(Path(shutil.copy(empty, folder))) as con,
        ):
            for batch, names in batches_of(arrivals, size):
                load(con, batch, watch_with(names), batch.collected_at)

                assert differing(con) == {}
                assert stale(con) == ()
            kept = told(con)
            refill(con)

            assert told(con) == kept
            assert differing(con) == {}

    check(examples, holds)


def told(con):
    """Return all that is kept ready, lists sorted: their order promises nothing."""
    found = {
        table: con.execute(f"FROM state.{table} ORDER BY ALL").fetchall()
        for table in (
            "trend_days",
            "entity_weeks",
            "pair_weeks",
            "event_weeks",
            "source_days",
            "story_events",
        )
    }
    found["mentioned"] = con.execute("FROM state.mentioned ORDER BY article_id").fetchall()
    found["reporters"] = con.execute(
        "SELECT * REPLACE (list_sort(articles) AS articles, list_sort(copies) AS copies) "
        "FROM state.reporters ORDER BY ALL"
    ).fetchall()
    return found


@pytest.mark.parametrize(("name", "expected"), [("voltaro-rescue", {"withdrawn"}), ("ferrochip", {"merged"})])
@pytest.mark.parametrize("late", [False, True])
def test_so_they_do_where_developments_are_withdrawn_and_stories_merged(tmp_path, name, expected, late):
    stream = read_stream(name)
    tagger = Tagger(stream.watch)
    made = [article_of(one) for one in stream.gold.articles]
    articles = [CollectedArticle(article=one, signals=tagger.tag(one)) for one in made]
    articles.sort(key=lambda one: one.article.seen_at)
    if late:
        random.Random(7).shuffle(articles)  # what was published earlier may come later
    size = 15

    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for start in range(0, len(articles), size):
            some = tuple(articles[start : start + size])
            at = max(one.article.seen_at for one in some)
            batch = Batch(batch_id=f"b{start}", order_id="o", collected_at=at, articles=some)
            load(con, batch, stream.watch, at)

            assert differing(con) == {}
            assert stale(con) == ()
        kinds = {kind for (kind,) in con.execute("SELECT DISTINCT kind FROM story_timeline").fetchall()}

    assert {"reported", "confirmed", "repeated", "background"} <= kinds
    assert late or expected <= kinds


def test_what_was_stored_before_is_filled_in_by_the_migration(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as con:
        for batch, names in batches_of(OF_EACH, 6):
            load(con, batch, watch_with(names), batch.collected_at)
        before = told(con)
        for table in before:
            con.execute(f"DROP TABLE state.{table}")
        con.execute("DELETE FROM migrations WHERE name = '0013_summaries.sql'")

    with open_warehouse(path) as con:
        assert told(con) == before
        assert all(before.values())
        assert differing(con) == {}


def test_a_batch_that_fails_leaves_the_summaries_as_they_were(tmp_path):
    at = datetime(2024, 3, 1, tzinfo=UTC)
    broken = Batch(
        batch_id="b",
        order_id="o",
        collected_at=at,
        polls=(Poll(source_id="s0", started_at=at, outcome="new"),),
    )
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        con.execute("DROP TABLE runs")  # what is written last
        with pytest.raises(Exception, match="runs"):
            load(con, broken, watch_with(("s0",)), at)

        assert con.execute("FROM coverage").fetchall() == []


@pytest.fixture(scope="module")
def of_each(tmp_path_factory):
    """A file with something in each summary."""
    path = tmp_path_factory.mktemp("summed") / "warehouse.duckdb"
    with open_warehouse(path) as con:
        for batch, names in batches_of(OF_EACH, 6):
            load(con, batch, watch_with(names), batch.collected_at)
    return path


@pytest.fixture
def summed(of_each, tmp_path):
    """A copy of it of a test's own."""
    with open_warehouse(Path(shutil.copy(of_each, tmp_path))) as con:
        yield con


WRONG = {
    "mentioned": "copied = NOT copied",
    "trend_days": "articles = articles + 1",
    "entity_weeks": "week = week - 7",
    "pair_weeks": "entity_b = 'company:zeta'",
    "reporters": "copies = articles",
    "event_weeks": "developments = 0",
    "source_days": "articles = 0",
    "story_events": "title = 'Another headline'",
}


@pytest.mark.parametrize("name", SUMMARIES)
@pytest.mark.parametrize("how", ["changed", "lost", "twice"])
def test_a_summary_that_says_anything_else_is_found_and_made_anew(summed, name, how):
    before = told(summed)
    statement = {
        "changed": f"UPDATE state.{name} SET {WRONG[name]}",
        "lost": f"DELETE FROM state.{name} WHERE rowid = (SELECT min(rowid) FROM state.{name})",
        "twice": f"INSERT INTO state.{name} FROM state.{name} LIMIT 1",
    }
    summed.execute(statement[how])

    assert name in stale(summed)
    found = mend_summaries(summed)

    assert found.state == "inconsistent"
    assert found.findings[0].startswith("state.")
    assert f"state.{name}" in found.findings[0]
    assert "made anew" in found.findings[0]
    assert told(summed) == before
    assert stale(summed) == ()
    assert mend_summaries(summed).findings == check_warehouse(summed).findings == ()


def test_what_cannot_be_made_anew_stays_as_it_was_and_is_told(summed):
    summed.execute("UPDATE state.trend_days SET articles = 7")
    summed.execute("ALTER TABLE state.source_days ADD COLUMN required INTEGER DEFAULT 1")
    summed.execute("ALTER TABLE state.source_days ALTER COLUMN required SET NOT NULL")
    summed.execute("ALTER TABLE state.source_days ALTER COLUMN required DROP DEFAULT")
    before = told(summed)

    found = mend_summaries(summed)

    assert "cannot be made anew" in found.findings[0]
    assert told(summed) == before


def load_all(con, watch, tagger, articles):
    at = articles[-1].seen_at
    found = tuple(CollectedArticle(article=one, signals=tagger.tag(one)) for one in articles)
    load(con, Batch(batch_id=f"b{at}", order_id="o", collected_at=at, articles=found), watch, at)


def test_a_notice_that_withdraws_and_is_edited_is_told_as_it_is_now(tmp_path):
    """A notice of its own reports no development: it is named by the event of the withdrawal alone."""
    stream = read_stream("vidora-sale")
    tagger = Tagger(stream.watch)
    made = [article_of(one) for one in stream.gold.articles]
    articles = sorted(made, key=lambda one: one.seen_at)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        load_all(con, stream.watch, tagger, articles)
        notices = con.execute(
            """
            SELECT url FROM articles WHERE article_id IN (SELECT withdrawn_by FROM developments)
            AND article_id NOT IN (SELECT article_id FROM development_articles)
            """
        ).fetchall()
        later = articles[-1].seen_at + HOUR
        edited = [
            replace(one, title=f"{one.title} (edited)", seen_at=later)
            for one in articles
            if (one.url,) in notices
        ]
        load_all(con, stream.watch, tagger, edited)

        assert differing(con) == {}
        assert stale(con) == ()
        shown = con.execute("SELECT title FROM story_timeline WHERE kind = 'withdrawn'").fetchall()

    assert any(title.endswith("(edited)") for (title,) in shown)


@pytest.mark.parametrize("front", [[ACME], []], ids=["relevant", "not relevant"])
def test_stories_count_the_copies_of_an_original_that_came_late(tmp_path, front):
    arrival = {
        "hours": 30,
        "claims": [("stake", "agreed", "official", (ACME,), (), {})],
        "front": [ACME],
        "words": 1,
        "publisher": "Alpha",
        "language": "en",
        "canceled": False,
        "failed": False,
    }
    late = arrival | {"front": front, "claims": [], "hours": 31, "publisher": "Beta"}
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for batch, names in batches_of([arrival | {"number": 1}, late | {"number": 5}], 1):
            load(con, batch, watch_with(names), batch.collected_at)

        assert con.execute("SELECT count(copy_of) FROM articles").fetchone() == (1,)
        assert con.execute("SELECT copies FROM stories").fetchall() == [(1,)]
        assert con.execute("SELECT copies FROM stories_as_of(now())").fetchall() == [(1,)]
