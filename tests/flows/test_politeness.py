"""Politeness over time: the whole pipeline on a simulated web of every behaviour, judged by what its server saw."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cycle import collect_order, plan_order
from flows.settings import read_settings
from tests.simulation.drawing import BEHAVIOURS, draw_web
from tests.simulation.living import Life
from tests.simulation.served import SimulatedWeb
from tests.simulation.web import Trouble
from warehouse.database import open_warehouse
from warehouse.requests import read_politeness

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def lines(found):
    """Return what was found a line each, so that a failure reads as a report."""
    return [str(one) for one in found]


def ledger_of(life):
    """Return what the ledger itself says: early polls, repeats, requests inside a rest, most connections."""
    with open_warehouse(read_settings(life.environment).warehouse) as con:
        told = read_politeness(con, spacing=timedelta(0))
    breaches = (told.early_polls, told.unconditional_repeats, told.inside_retry_after)
    return (*(one.count for one in breaches), told.most_connections)


def live(home, web, step):
    """Let a home live on `web` from its start to its end, a cycle every `step` at most; return its life."""
    with SimulatedWeb(web) as served:
        life = Life(served=served, home=home, step=step)
        life.begin()
        life.until(served.web.stop)
    return life


def assert_polite_and_complete(life):
    assert lines(life.violations()) == []
    assert ledger_of(life) == (0, 0, 0, 1)
    assert lines(life.missed()) == []
    assert life.unrepresented() == []
    assert life.lost_texts() == []
    assert life.unadopted() == []


def test_four_days_of_every_behaviour_without_a_violation_and_nothing_missed(tmp_path):
    life = live(tmp_path / "home", draw_web(1, len(BEHAVIOURS), START, 4, backlog=2), 4 * HOUR)

    assert_polite_and_complete(life)
    assert life.ask("SELECT count(*) FROM requests") == [(len(life.served.log),)]
    statuses = {asked.answer.status for asked in life.served.log}
    assert statuses >= {0, 200, 301, 302, 304, 308, 403, 404, 410, 429, 500, 503}
    assert any(asked.answer.lie for asked in life.served.log)
    found = life.ask(
        "SELECT DISTINCT split_part(url, ':', 1), unnest(rights_from) FROM articles ORDER BY ALL"
    )
    assert found == [("https", "ai-txt"), ("https", "tdmrep")]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_sixty_days_of_300_sources_without_a_violation_and_nothing_missed(tmp_path):
    life = live(tmp_path / "home", draw_web(2, 300, START, 60, backlog=4), 1.5 * HOUR)

    assert_polite_and_complete(life)


@pytest.fixture
def killed(tmp_path):
    """A home on a small web, of which all is due, and where one site asks for a rest at once."""
    web = draw_web(5, 10, START, 2, backlog=2)
    busy = (Trouble(start=START, stop=START + 9 * HOUR, kind="429-date"),)
    outlets = [replace(one, troubles=busy) if one.behaviour == "429-date" else one for one in web.outlets]
    with SimulatedWeb(replace(web, outlets=tuple(outlets))) as served:
        life = Life(served=served, home=tmp_path / "home", step=2 * HOUR, workers=1)
        life.begin()
        yield life


def test_a_killed_run_is_gone_on_with_and_asks_nothing_twice_and_nothing_early(killed):
    statuses, begun = [], START
    for minutes, killed_after in ((0, 6), (5, 20), (7 * 60, None)):
        killed.served.now = begun + timedelta(minutes=minutes)
        killed.resumed[killed.served.now] = begun
        statuses.append(killed.command(killed_after=killed_after).returncode)
    answered = len(killed.served.log)
    killed.served.now = begun + 8 * HOUR
    killed.until(begun + 12 * HOUR)

    assert statuses == [-9, -9, 0]
    assert answered > 20
    assert lines(killed.violations()) == []
    assert ledger_of(killed) == (0, 0, 0, 1)
    assert lines(killed.missed()) == []
    assert killed.lost_texts() == []


def test_stopped_between_collecting_and_loading_nothing_is_asked_again(killed):
    settings = read_settings(killed.environment)
    watch, clock = read_watch(settings.watch_file), standing_clock(START)
    collect_order(settings, watch, plan_order(settings, watch, clock), clock)
    answered = len(killed.served.log)

    killed.served.now = START + timedelta(minutes=5)
    killed.until(killed.served.now + timedelta(minutes=1))
    again = killed.served.log[answered:]
    killed.until(START + 5 * HOUR)

    assert answered > 20
    assert again == []
    assert lines(killed.violations()) == []
    assert lines(killed.missed()) == []
