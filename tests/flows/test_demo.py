"""The demo on the newsroom's first weeks: real HTTP, real cycles, alerts received once, nothing new the second time."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from extractors.errors import ConfigurationError
from flows.demo import run_demo
from flows.settings import read_settings
from warehouse.database import open_snapshot, open_warehouse

STOP = datetime(2021, 4, 10, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return read_settings({"NEWSWATCH_WORKERS": "1"}, home=tmp_path / "demo")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The settings of a home on which the demo ran until then without an end, and what it did."""
    told = read_settings({"NEWSWATCH_WORKERS": "1"}, home=tmp_path_factory.mktemp("whole") / "demo")
    return told, run_demo(told, Console(stderr=True), stop_at=STOP)


def test_the_first_weeks_of_the_newsroom_bring_developments_and_alerts_once(whole):
    settings, first = whole

    second = run_demo(settings, Console(stderr=True), stop_at=STOP)

    assert first.articles > 5
    assert 0 < first.developments == first.sent == len(first.messages)
    assert first.unchanged > 0
    assert '<html lang="en">' in first.report.read_text(encoding="utf-8")  # as its messages and the program
    assert (second.articles, second.developments, second.messages) == (0, 0, ())
    with open_snapshot(first.snapshot) as con:
        told = con.execute("SELECT title FROM alerts WHERE state = 'sent' ORDER BY title").fetchall()
        urls = con.execute("SELECT url FROM articles WHERE url NOT LIKE 'https://%.example/%'").fetchall()
    assert [title for (title,) in told] == sorted(title for title, _ in first.messages)
    assert urls == []


def test_a_demo_that_is_ended_and_goes_on_tells_the_same_as_one_that_is_not(whole, settings):
    pieces = [
        run_demo(settings, Console(stderr=True), stop_at=at)
        for at in (STOP - timedelta(days=9), STOP - timedelta(days=5), STOP)
    ]

    assert tuple(message for piece in pieces for message in piece.messages) == whole[1].messages


def test_a_home_with_other_news_is_not_spoiled(settings):
    with open_warehouse(settings.warehouse) as con:
        con.execute(
            "INSERT INTO sources (source_id, kind, url, state, failures, next_poll_at, interval_s) "
            "VALUES ('mine', 'feed', 'https://x.example/', 'ok', 0, now(), 900)"
        )

    with pytest.raises(ConfigurationError, match="holds other news"):
        run_demo(settings, Console(stderr=True), stop_at=STOP)
