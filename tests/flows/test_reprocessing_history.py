"""Whatever is kept of history, the same rules find the same in it; pages are read as today's rules read them."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from rich.console import Console

from extractors.clock import standing_clock
from extractors.orders import Batch
from extractors.records import stable_id
from extractors.watch import read_watch
from flows.adopting import adopt
from flows.cycle import collect_order, load_batch, load_waiting, plan_order
from flows.demo import run_demo
from flows.newsroom.sites import newsroom_watch
from flows.reprocessing import prepare
from flows.settings import read_settings
from flows.starter import default_watch_file
from tests.warehouse.test_order import told_in
from warehouse import landing
from warehouse.database import open_warehouse

START = datetime(2024, 3, 1, 8, tzinfo=UTC)


def batch_of(articles, number):
    return Batch(
        batch_id=stable_id("b", number),
        order_id="import",
        collected_at=articles[-1].article.seen_at,
        articles=tuple(articles),
    )


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("voltaro-rescue", 1),
        pytest.param("ferrochip", 2, marks=pytest.mark.soak),
        pytest.param("markthal-bid", 3, marks=pytest.mark.soak),
    ],
)
def test_the_same_rules_find_the_same_in_every_stream_whatever_is_archived(tmp_path, name, seed):
    draw = random.Random(seed)
    watch, articles = told_in(name)
    watch = replace(watch, alerts=())
    settings = read_settings({"NEWSWATCH_WORKERS": "1"}, home=tmp_path)
    settings.state.mkdir()
    cuts = [0, *sorted(draw.sample(range(1, len(articles)), 6)), len(articles)]
    kept = 0
    for number, (start, stop) in enumerate(pairwise(cuts)):
        batch = batch_of(articles[start:stop], number)
        clock = standing_clock(batch.collected_at)
        if draw.random() < 0.5:  # as an import: in no archive
            with open_warehouse(settings.warehouse) as con:
                load_batch(con, settings, watch, batch, clock)
        else:
            kept += 1
            landing.write_batch(settings.landing, batch)
            load_waiting(settings, watch, clock)

    made = prepare(settings, watch, standing_clock(articles[-1].article.seen_at))

    assert 0 < kept < len(cuts) - 1
    assert [(one.subject, one.examples) for one in made.differences if one] == []
    assert made.counts.texts >= len(articles)


@pytest.fixture
def collected(site, a_home):
    """A home that has read two pages with rules that kept less of them, as its archive and its warehouse have it."""
    site.publish(0, START)
    site.publish(1, START)
    home, environment = a_home({"wire": site.feed})
    settings = read_settings(environment, home=home)
    watch = read_watch(settings.watch_file)
    clock = standing_clock(START + timedelta(hours=2))
    order = plan_order(settings, watch, clock)
    batch = collect_order(settings, watch, order, clock)
    return settings, watch, batch


def shortened(batch):
    articles = tuple(
        replace(one, article=replace(one.article, text=one.article.text.partition("\n\n")[0]))
        for one in batch.articles
    )
    return replace(batch, articles=articles)


def texts_in(settings):
    with open_warehouse(settings.warehouse) as con:
        return dict(con.execute("SELECT article_id, text FROM articles").fetchall())


def test_stored_pages_are_read_with_the_rules_of_today(collected):
    settings, watch, batch = collected
    clock = standing_clock(START + timedelta(hours=3))
    load_waiting(settings, watch, clock)
    right = texts_in(settings)
    assert not prepare(settings, watch, clock).is_other

    (path,) = settings.archive.glob("*.parquet")
    landing.write_batch(settings.landing, shortened(batch))
    path.unlink()
    settings.warehouse.unlink()
    load_waiting(settings, watch, clock)
    assert texts_in(settings) != right
    made = prepare(settings, watch, clock)
    adopt(settings, watch, made, clock)

    assert (made.counts.pages, made.counts.texts) == (2, 0)
    assert texts_in(settings) == right
    found = {one.subject: one for one in made.differences}
    assert (found["articles"].added, found["articles"].gone, found["articles"].changed) == (0, 0, 2)
    assert found["revisions"].added == 0


def test_a_look_again_at_a_page_is_no_edit_because_the_rules_are_others(collected):
    settings, watch, batch = collected
    clock = standing_clock(START + timedelta(hours=3))
    landing.write_batch(settings.landing, shortened(batch))
    load_waiting(settings, watch, clock)
    again = replace(
        shortened(batch),
        batch_id="later",
        articles=tuple(
            replace(one, article=replace(one.article, seen_at=START + timedelta(hours=4)))
            for one in shortened(batch).articles
        ),
        polls=(),
    )
    (first,) = settings.archive.glob("*.parquet")
    landing.write_batch(settings.landing, again)
    load_waiting(settings, watch, clock)
    first.unlink()

    made = prepare(settings, watch, clock)

    found = {one.subject: one for one in made.differences}
    assert not found["revisions"]
    assert {name for name, _ in found["articles"].columns} <= {"words"}
    assert (made.counts.pages, made.counts.texts) == (0, 4)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_newsroom_read_again_from_its_pages_is_what_it_was(tmp_path):
    settings = read_settings({"NEWSWATCH_WORKERS": "1"}, home=tmp_path / "demo")
    # Until then a page is edited: it is listed anew and looked at again in one collection.
    stop_at = datetime(2022, 8, 27, tzinfo=UTC)
    run_demo(settings, Console(stderr=True), stop_at=stop_at)
    watch = newsroom_watch(read_watch(default_watch_file()), alert_url="env:NEWSWATCH_ALERT_DEMO")

    made = prepare(settings, watch, standing_clock(stop_at))

    assert [(one.subject, one.examples) for one in made.differences if one] == []
    assert made.counts.pages
    assert made.counts.failed == made.counts.unread == 0
    with open_warehouse(settings.warehouse) as con:
        assert con.execute("SELECT count(*) FROM revisions WHERE revision > 1").fetchall() != [(0,)]
