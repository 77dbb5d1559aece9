"""Asking sites by hand, and runs that follow one another: what one has asked, the next one knows."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from extractors.clock import system_clock
from extractors.watch import read_watch
from flows.cli import main
from flows.cycle import run_cycle
from flows.settings import read_settings
from tests.flows.conftest import SOURCE
from warehouse.database import open_warehouse


@pytest.fixture
def home(a_home, site, monkeypatch):
    """A home that watches the feed of the site, its settings in the environment; with means to ask its ledger."""
    path, environment = a_home({"wire": site.feed})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    class Home:
        def __init__(self):
            self.path, self.settings = path, read_settings(environment)

        def command(self, *words, status=0):
            done = CliRunner().invoke(main, [*words])
            assert done.exit_code == status, done.output
            return done.output

        def cycle(self, **changes):
            settings = replace(self.settings, **changes)
            return run_cycle(settings, read_watch(settings.watch_file), system_clock, with_report=False)

        def ask(self, question):
            with open_warehouse(self.settings.warehouse) as con:
                return con.execute(question).fetchall()

    return Home()


def test_a_look_for_sources_stands_in_the_ledger_and_breaks_no_rule(home, site):
    site.publish(0)
    home.cycle()
    home.command("sources", "find", site.feed)
    home.cycle()

    assert home.ask(
        "SELECT purpose, count(*) FROM requests WHERE url LIKE '%feed.xml' GROUP BY ALL ORDER BY 1"
    ) == [
        ("check", 1),
        ("poll", 1),
    ]
    told = json.loads(home.command("status", "--polite", "--json"))
    assert (told["kept"], told["budget"], told["busiest_site"]) == (True, 3000, "127.0.0.1")
    assert told["most_in_a_day"] == told["requests"] == sum(site.hits.values())


def test_a_host_that_rests_is_not_asked_by_hand_either(home, site):
    home.cycle()
    home.ask("INSERT INTO state.hosts VALUES ('127.0.0.1', '2199-01-01T00:00:00Z', 'http-429')")
    hits = dict(site.hits)

    assert "asked for a pause" in home.command("sources", "find", site.feed, status=1)
    assert site.hits == hits


def test_a_check_leaves_a_host_alone_that_told_somebody_else_to(home, site):
    site.publish(0)
    home.command("sources", "find", site.feed)
    home.ask("INSERT INTO state.hosts VALUES ('127.0.0.1', '2199-01-01T00:00:00Z', 'http-429')")
    hits = dict(site.hits)

    assert "asked to be left alone" in home.command("check", "--network")
    assert site.hits == hits


def test_a_check_that_is_broken_off_stands_in_the_ledger(home, site, monkeypatch):
    site.publish(0)

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("extractors.trying.language_of_titles", interrupt)
    home.command("check", "--network", status=1)

    assert home.ask("SELECT count(*) FROM requests") == [(sum(site.hits.values()),)]


@pytest.mark.parametrize("words", [("sources", "find"), ("check", "--network")])
def test_the_first_request_of_a_run_keeps_its_distance_to_the_last_one_by_hand(home, site, words):
    site.publish(0)
    home.command(*words, *([site.feed] if words[0] == "sources" else []))
    home.cycle(spacing=timedelta(seconds=1.5))

    (gap,) = home.ask("SELECT gap_s FROM requests WHERE purpose = 'poll'")[0]
    assert 1.5 <= gap < 60


def test_a_run_keeps_its_distance_to_the_run_before(home, site):
    home.cycle()
    with (home.path / "watch.toml").open("a", encoding="utf-8") as file:
        file.write(SOURCE.format(id="other", url=f"http://127.0.0.1:{site.port}/other.xml", every="1m"))
    home.cycle(spacing=timedelta(seconds=1.5))

    (gap,) = home.ask("SELECT gap_s FROM requests WHERE source_id = 'other'")[0]
    assert 1.5 <= gap < 60


def test_without_a_home_there_is_nothing_to_know_and_none_is_made(site, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSWATCH_ALLOW_NETWORKS", "127.0.0.0/8")
    done = CliRunner().invoke(main, ["--home", str(tmp_path / "none"), "sources", "find", site.feed])

    assert site.hits == {"/feed.xml": 1}, done.output
    assert not (tmp_path / "none").exists()


def test_pages_beyond_the_budget_wait_are_told_and_are_read_in_time(home, site):
    home.cycle()  # the feed alone
    for number in range(4):
        site.publish(number)
    home.ask("UPDATE sources SET next_poll_at = polled_at")
    done = home.cycle(
        budget=4
    )  # feed twice, robots.txt: one page more has room, and files about rights have none

    assert (done.articles, done.failed_items) == (1, 3)
    assert {attempts for (attempts,) in home.ask("SELECT attempts FROM state.pending_items")} == {0}
    assert home.ask("SELECT count(*) FROM requests") == [(4,)]

    home.ask("UPDATE requests SET started_at = started_at - INTERVAL 25 HOURS")
    home.ask("UPDATE sources SET next_poll_at = polled_at")
    assert home.cycle().articles == 3


def test_status_tells_which_sites_were_asked_enough(home, monkeypatch):
    home.cycle()
    monkeypatch.setenv("NEWSWATCH_HOST_BUDGET", "1")
    told = home.command("status")

    assert "127.0.0.1: 1 of 1 requests in 24 hours" in told
    assert "NEWSWATCH_HOST_BUDGET" in told
    assert json.loads(home.command("status", "--json"))["spent"][0]["site"] == "127.0.0.1"
    assert "most requests to one site in 24 h" in home.command("status", "--polite")
