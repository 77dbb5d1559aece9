"""The cycle in plain functions, over real HTTP: what is loaded, what is told, what is never done twice."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractors.clock import standing_clock
from extractors.errors import WarehouseError
from extractors.watch import read_watch
from flows.cycle import collect_order, plan_order, run_cycle
from flows.settings import read_settings
from warehouse.database import open_snapshot
from warehouse.lock import exclusive

START = datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def cycle(a_home):
    """Run cycles on a home: `cycle(hours)` after the start."""

    class Runner:
        def __init__(self):
            self.settings = None

        def watch(self, feeds, **changes):
            _, environment = a_home(feeds, **changes)
            self.settings = read_settings(environment)
            return self

        def __call__(self, hours):
            clock = standing_clock(START + timedelta(hours=hours))
            return run_cycle(self.settings, read_watch(self.settings.watch_file), clock, with_report=False)

        def ask(self, question):
            with open_snapshot(self.settings.snapshot) as con:
                return con.execute(question).fetchall()

    return Runner()


def test_news_of_a_feed_becomes_articles_and_developments(cycle, site):
    cycle.watch({"wire": site.feed})
    assert cycle(0).outcome == "ok"

    site.publish(0)
    result = cycle(2)

    assert (result.outcome, result.articles, result.relevant) == ("ok", 1, 1)
    assert result.developments >= 1
    ((title, text, language, published_at),) = cycle.ask(
        "SELECT title, text, language, published_at FROM articles"
    )
    assert title == "Xiaomi in talks with BAIC about building electric cars"
    assert "joint brand" in text
    assert "Imprint" not in text
    assert (language, published_at) == ("en", START)


def test_what_is_known_is_not_fetched_but_looked_at_again_in_its_time(cycle, site):
    cycle.watch({"wire": site.feed})
    site.publish(0)
    cycle(0)
    cycle(2)
    site.publish(1)
    cycle(4)

    assert site.hits["/0.html"] == 2
    purposes = "SELECT purpose FROM requests WHERE url LIKE '%/0.html' ORDER BY started_at"
    assert cycle.ask(purposes) == [("page",), ("recheck",)]
    assert cycle.ask("SELECT outcome FROM polls ORDER BY started_at") == [("new",), ("unchanged",), ("new",)]


def test_nothing_due_is_an_idle_cycle(cycle, site):
    cycle.watch({"wire": site.feed}, every="2h")
    cycle(0)

    assert cycle(1).outcome == "idle"


def test_a_page_that_fails_is_tried_again_and_not_lost(cycle, site):
    cycle.watch({"wire": site.feed})
    site.publish(0)
    site.failing.add("/0.html")
    first = cycle(0)
    site.failing.clear()
    second = cycle(2)

    assert (first.articles, first.failed_items) == (0, 1)
    assert (second.articles, second.failed_items) == (1, 0)


def test_broken_sources_are_told_with_cause_and_advice_and_the_others_go_on(cycle, site):
    site.documents |= {
        "/html": ("text/html", b"<!doctype html><html><body><h1>Sorry</h1></body></html>"),
        "/empty": ("application/rss+xml", b""),
        "/broken": ("application/rss+xml", b"<rss><channel><item><title>half"),
    }
    site.failing.add("/500")
    bad = ("500", "html", "empty", "broken", "missing")
    cycle.watch({name: f"http://127.0.0.1:{site.port}/{name}" for name in bad} | {"wire": site.feed})
    site.publish(0)

    result = cycle(0)

    assert (result.outcome, result.articles) == ("partly", 1)
    assert sorted(source for source, _, _ in result.failures) == sorted(bad)
    for source, error, advice in result.failures:
        assert error, source
        assert advice, source
    told = "SELECT source_id, state, error IS NOT NULL, advice IS NOT NULL FROM sources WHERE source_id != 'wire'"
    assert sorted(cycle.ask(told)) == [(name, "failing", True, True) for name in sorted(bad)]


def test_a_source_where_nothing_listens_is_told_too(cycle, site):
    cycle.watch({"dead": "http://127.0.0.1:9/feed.xml"})

    result = cycle(0)

    assert result.outcome == "failed"
    assert result.failures[0][0] == "dead"


def test_a_batch_that_waits_is_loaded_by_the_next_cycle(cycle, site):
    cycle.watch({"wire": site.feed})
    site.publish(0)
    watch = read_watch(cycle.settings.watch_file)
    clock = standing_clock(START)
    collect_order(cycle.settings, watch, plan_order(cycle.settings, watch, clock), clock)

    assert cycle(0).articles == 1
    assert site.hits["/0.html"] <= 2


def test_a_damaged_batch_is_set_aside_and_told(cycle, site):
    cycle.watch({"wire": site.feed})
    waiting = cycle.settings.landing / "batches"
    waiting.mkdir(parents=True)
    (waiting / "b.parquet").write_bytes(b"no parquet")

    result = cycle(0)

    assert [failure[0] for failure in result.failures] == ["landing"]
    assert (waiting / "b.broken").exists()


def test_two_cycles_on_one_home_do_not_run_at_once(cycle, site):
    cycle.watch({"wire": site.feed})
    with (
        exclusive(cycle.settings.state / "cycle.lock", doing="running a cycle on this home"),
        pytest.raises(WarehouseError, match="another newswatch is running a cycle"),
    ):
        cycle(0)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from /proc")
def test_the_command_with_nothing_due_is_quick_and_light(cycle, site):
    cycle.watch({"wire": site.feed}, every="2h")
    cycle(0)
    told = {**os.environ, **dict(cycle.settings.environment)}
    code = (
        "import pathlib, sys; from flows.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: status = end.code\n"
        "heavy = {'prefect', 'trafilatura', 'apprise', 'jinja2', 'numpy', 'lxml', 'tld'} & set(sys.modules)\n"
        "told = pathlib.Path('/proc/self/status').read_text().splitlines()\n"
        "peak = next(line.split()[1] for line in told if line.startswith('VmHWM'))\n"
        "print(status or 0, peak, sorted(heavy), file=sys.stderr)\n"
    )
    arguments = ["run", "--now", (START + timedelta(minutes=5)).isoformat()]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=told, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - started

    status, kilobytes, heavy = done.stderr.strip().splitlines()[-1].split(maxsplit=2)
    assert (status, heavy) == ("0", "[]")
    assert int(kilobytes) < 150_000
    assert seconds < 30  # a hang, not a speed: `make bench` measures that
