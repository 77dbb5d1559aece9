"""The same articles in batches of any size, with restarts between or none, end in the same warehouse."""

from dataclasses import replace
from functools import cache

import pytest

from extractors.clock import to_utc
from extractors.records import Article, Batch, CollectedArticle
from extractors.signals.tagger import Tagger
from extractors.watch import AlertRule, read_watch
from flows.alerts.desk import AlertDesk
from flows.newsroom.gold import read_gold
from flows.starter import default_watch_file
from warehouse.database import open_warehouse
from warehouse.load import load

#: What must come out the same, to the last column.
QUESTIONS = (
    "SELECT article_id, revision, relevant, likeness, copy_of, story_id FROM articles ORDER BY ALL",
    "SELECT article_id, revision, change FROM revisions ORDER BY ALL",
    "FROM stories ORDER BY ALL",
    "FROM developments ORDER BY ALL",
    "FROM development_articles ORDER BY ALL",
    "SELECT alert_id, development_id, rule, state, created_at, title, body FROM alerts ORDER BY ALL",
    "SELECT shingle, article_id FROM state.shingles ORDER BY ALL",
)
RULES = (
    AlertRule(name="all", to="json://127.0.0.1:9/"),
    AlertRule(name="sure", to="json://127.0.0.1:9/", min_origins=2),
)


@cache
def gold():
    """The watch, and the articles of the set with their signals in the order of publication."""
    watch = replace(read_watch(default_watch_file()), alerts=RULES)
    tagger = Tagger(watch)
    found = []
    for one in read_gold("su7-week").articles:
        at = to_utc(one.published)
        article = Article(
            url=one.url,
            source_id="import",
            publisher=one.publisher,
            title=one.title,
            text=f"{one.lead}\n\n{one.body}",
            lead=one.lead,
            language=one.language,
            seen_at=at,
            published_at=at,
            published_from="import",
        )
        found.append(CollectedArticle(article=article, signals=tagger.tag(article)))
    return watch, sorted(found, key=lambda one: (one.article.seen_at, one.article.url))


def loaded(path, size, opened_for):
    """Load the set in batches of `size`, the warehouse opened anew after `opened_for` of them."""
    watch, articles = gold()
    batches = [
        Batch(
            batch_id=f"b{start}",
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
    with open_warehouse(path) as con:
        return [con.execute(question).fetchall() for question in QUESTIONS]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("whole") / "warehouse.duckdb", 1000, 1)


@pytest.mark.parametrize(("size", "opened_for"), [(1, 1000), (7, 1), (20, 1)])
def test_neither_the_size_of_batches_nor_restarts_change_what_comes_out(tmp_path, at_once, size, opened_for):
    apart = loaded(tmp_path / "warehouse.duckdb", size, opened_for)

    assert all(at_once)
    for question, once, pieces in zip(QUESTIONS, at_once, apart, strict=True):
        assert pieces == once, question
