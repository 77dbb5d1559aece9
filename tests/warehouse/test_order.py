"""The same articles in batches of any size, with restarts between or none, end in the same warehouse."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from extractors.orders import Batch
from extractors.records import CollectedArticle, article_id, stable_id
from extractors.signals.tagger import Tagger
from extractors.watch import AlertRule, read_watch
from flows.alerts.desk import AlertDesk
from flows.newsroom.gold import GOLD_SETS, read_gold
from flows.starter import default_watch_file
from tests.given_claims import article_of
from tests.streams.reading import read_stream
from warehouse.database import open_warehouse
from warehouse.load import load

#: What must come out the same, to the last column.
QUESTIONS = (
    "SELECT article_id, revision, relevant, likeness, copy_of, story_id FROM articles ORDER BY ALL",
    "SELECT article_id, revision, change FROM revisions ORDER BY ALL",
    "FROM stories ORDER BY ALL",
    "FROM story_lineage ORDER BY ALL",
    "FROM developments ORDER BY ALL",
    "FROM development_articles ORDER BY ALL",
    "SELECT alert_id, development_id, rule, state, says, created_at, title, body FROM alerts ORDER BY ALL",
    "SELECT article_id, shingles FROM state.fingerprints ORDER BY ALL",
)
RULES = (
    AlertRule(name="all", to="json://127.0.0.1:9/"),
    AlertRule(name="sure", to="json://127.0.0.1:9/", min_origins=2),
    AlertRule(name="steps", to="json://127.0.0.1:9/", statuses=("talks", "planned"), escalate=True),
    AlertRule(name="official", to="json://127.0.0.1:9/", basis=("official",), language="zh"),
)


@cache
def told_in(name):
    """The watch, and the articles of the set or stream with their signals in the order of publication."""
    if name in GOLD_SETS:
        watch, articles = read_watch(default_watch_file()), read_gold(name).articles
    else:
        stream = read_stream(name)
        watch, articles = stream.watch, stream.gold.articles
    watch = replace(watch, alerts=RULES)
    tagger = Tagger(watch)
    made = [article_of(one) for one in articles]
    found = [CollectedArticle(article=article, signals=tagger.tag(article)) for article in made]
    return watch, sorted(found, key=lambda one: (one.article.seen_at, one.article.url))


def loaded(path, name, size, opened_for):
    """Load the set in batches of `size`, the warehouse opened anew after `opened_for` of them."""
    load_all(path, *told_in(name), size, opened_for)
    return answers(path)


def load_all(path, watch, articles, size, opened_for):
    path.parent.mkdir(exist_ok=True)
    batches = [
        Batch(
            batch_id=stable_id("b", articles[start].article.url, articles[start].article.seen_at),
            order_id="import",
            collected_at=articles[start].article.seen_at,
            articles=tuple(articles[start : start + size]),
        )
        for start in range(0, len(articles), size)
    ]
    for start in range(0, len(batches), opened_for):
        with open_warehouse(path) as con:
            for batch in batches[start : start + opened_for]:
                load(con, batch, watch, batch.collected_at, AlertDesk(con, watch, {}))


def answers(path):
    with open_warehouse(path) as con:
        return [con.execute(question).fetchall() for question in QUESTIONS]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    """What comes out of a set where all of it is loaded in one batch."""
    folder = tmp_path_factory.mktemp("whole")
    return cache(lambda name: loaded(folder / f"{name}.duckdb", name, 1000, 1))


@pytest.mark.parametrize(
    ("name", "size", "opened_for"),
    [
        pytest.param("su7-week", 1, 1000, marks=pytest.mark.soak),
        pytest.param("su7-week", 10, 1, marks=pytest.mark.soak),
        ("voltaro-rescue", 1, 1000),
        ("voltaro-rescue", 10, 1),
    ],
)
def test_neither_the_size_of_batches_nor_restarts_change_what_comes_out(
    tmp_path, at_once, name, size, opened_for
):
    apart = loaded(tmp_path / "warehouse.duckdb", name, size, opened_for)

    assert all(
        rows for question, rows in zip(QUESTIONS, at_once(name), strict=True) if "lineage" not in question
    )
    for question, once, pieces in zip(QUESTIONS, at_once(name), apart, strict=True):
        assert pieces == once, question


@pytest.mark.parametrize("after", [3, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_revision_is_in_the_story_that_its_own_was_merged_into_in_the_same_batch(tmp_path, after):
    name = "ferrochip"
    watch, articles = told_in(name)
    path = tmp_path / "whole" / "warehouse.duckdb"
    load_all(path, watch, articles, len(articles), 1)
    with open_warehouse(path) as con:
        (merged,) = con.execute(
            "SELECT story_id, changed_at FROM story_lineage WHERE change = 'merged' ORDER BY changed_at LIMIT 1"
        ).fetchall()
    story_id, at = merged
    (start,) = (
        number
        for number, one in enumerate(articles)
        if stable_id("s", article_id(one.article.url)) == story_id
    )
    later = at + timedelta(hours=1)
    edited = replace(articles[start].article, text="Anders als zuvor.", seen_at=later, published_at=later)
    revised = CollectedArticle(article=edited, signals=articles[start].signals)
    rest = sorted([*articles[start + 1 :], revised], key=lambda one: one.article.seen_at)

    rest = rest[: rest.index(revised) + 1 + after]

    apart, once = (tmp_path / folder / "warehouse.duckdb" for folder in ("apart", "once"))
    known = articles[: start + 1]
    for path, size in ((apart, 1), (once, len(rest))):
        load_all(path, watch, known, len(known), 1)
        load_all(path, watch, rest, size, 1000)

    with open_warehouse(once) as con:
        assert (story_id,) in con.execute("SELECT story_id FROM story_lineage").fetchall()
    assert answers(once) == answers(apart)


def test_one_of_the_sets_takes_a_development_back(at_once):
    (developments,) = (
        rows
        for question, rows in zip(QUESTIONS, at_once("voltaro-rescue"), strict=True)
        if " developments" in question
    )

    assert any("withdrawn" in row for row in developments)
