"""Orders and batches in a place that machines share: what is lost, late, twice or broken, and who meets whom."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from extractors.clock import standing_clock
from extractors.errors import ConfigurationError
from extractors.watch import read_watch
from flows import cycle, distribution
from flows.backing_up import back_up, restore
from flows.cli import main
from flows.collecting import Collector
from flows.cycle import RESUME_FOR, run_cycle
from flows.distribution import load_finished, plan_round, progress
from flows.settings import Settings, read_settings
from tests.flows.conftest import START
from warehouse import leases, rounds
from warehouse.database import open_warehouse
from warehouse.rebuild import missing_batches
from warehouse.writers import writing
from warehouse.zone import ZoneError, open_zone

CLOCK = standing_clock(START)
LATER = standing_clock(START + timedelta(minutes=30))


class Newsdesk:
    """A home that watches two sites on one server, its settings, its watch, and the place."""

    def __init__(self, site, a_home, tmp_path, pool):
        """Let a.example list a page of b.example, and b.example one of its own."""
        hosts = dict.fromkeys(("a.example", "b.example", "c.example"), f"127.0.0.1:{site.port}")
        feeds = {name: f"http://{name}.example/{name}.xml" for name in ("a", "b")}
        _, environment = a_home(feeds)
        site.publish(0)
        site.publish(1)
        for name, number in (("a", 0), ("b", 1)):
            item = f"<item><title>One</title><guid>{name}</guid><link>http://b.example/{number}.html</link></item>"
            text = f"<rss version='2.0'><channel><title>{name}</title>{item}</channel></rss>"
            site.documents[f"/{name}.xml"] = ("application/rss+xml", text.encode())
        self.pool = pool
        self.place = f"file://{tmp_path}/zone"
        self.environment = environment | {
            "NEWSWATCH_LANDING": self.place,
            "NEWSWATCH_CONNECT_TO": ",".join(f"{host}={address}" for host, address in hosts.items()),
        }
        self.settings = read_settings(self.environment)
        self.watch = read_watch(self.settings.watch_file)
        self.zone = open_zone(self.place)
        self.site = site

    def to_a_third_site(self, way):
        """Let both list a page of c.example, by its address or by one of their own that leads there."""
        for name, number in (("a", 0), ("b", 1)):
            link = f"http://c.example/{number}.html"
            if way == "redirect":
                self.site.moved[f"/{name}/go"] = link
                link = f"http://{name}.example/{name}/go"
            kind, feed = self.site.documents[f"/{name}.xml"]
            feed = feed.replace(f"http://b.example/{number}.html".encode(), link.encode())
            self.site.documents[f"/{name}.xml"] = (kind, feed)

    def plan(self, clock=CLOCK):
        """Plan a round."""
        return plan_round(self.settings, self.watch, clock)

    def collect(self, clock=CLOCK, name="collector"):
        """Carry out all that is free, in the folder of a collector of this name; return the ids."""
        settings = read_settings(
            {**self.environment, "NEWSWATCH_HOME": str(self.settings.home.parent / name)}
        )
        with Collector(settings, clock, self.pool) as collector:
            return list(iter(collector.collect_one, None))

    def load(self, clock=CLOCK):
        """Load what is finished."""
        return load_finished(self.settings, self.watch, clock)

    def left(self):
        """Return the names of what is in the place, but for the mark of whose it is."""
        return [name for name in self.zone.look().written if not name.startswith("writer/")]

    def rows(self, query):
        """Return what the warehouse says."""
        with open_warehouse(self.settings.warehouse) as con:
            return con.execute(query).fetchall()


@pytest.fixture
def desk(site, a_home, tmp_path, monkeypatch, pool):
    split = distribution.split
    monkeypatch.setattr(distribution, "split", lambda *given, most: split(*given, most=most, least=1))
    return Newsdesk(site, a_home, tmp_path, pool)


def test_two_collectors_never_meet_at_a_site_and_lose_nothing(desk):
    orders = desk.plan()
    first = desk.collect()
    desk.load()
    before = dict(desk.site.hits)
    again = desk.plan(LATER)
    desk.collect(LATER)
    desk.load(LATER)

    assert len(orders) == 2
    assert set(first) == set(orders)
    assert "/0.html" not in before, "a page of a site where another order goes waits"
    assert len(again) == 1, "what leads to one site is ordered together"
    assert desk.site.hits["/0.html"] == desk.site.hits["/1.html"] == 1
    assert desk.rows("SELECT url FROM articles ORDER BY url") == [
        ("http://b.example/0.html",),
        ("http://b.example/1.html",),
    ]
    assert desk.left() == []
    assert desk.rows("SELECT count(*) FROM state.hosts") == [(0,)], (
        "a rest of ours is none that a host asked for"
    )


def test_a_source_that_moved_to_the_site_of_another_one_is_read_with_it_from_then_on(desk):
    desk.site.documents["/moved.xml"] = desk.site.documents.pop("/a.xml")
    desk.site.moved["/a.xml"] = "http://b.example/moved.xml"
    told = []
    for number in range(3):
        clock = standing_clock(START + timedelta(minutes=20 * number))
        planned = desk.plan(clock)
        desk.collect(clock)
        desk.load(clock)
        told.append((len(planned), desk.rows("SELECT state FROM sources WHERE source_id = 'a'")[0][0]))

    assert told == [(2, "failing"), (1, "ok"), (1, "ok")]


@pytest.mark.parametrize("way", ["link", "redirect"])
def test_two_collectors_never_meet_at_a_site_that_no_order_knew_of(desk, way):
    desk.to_a_third_site(way)
    desk.plan()
    first = desk.collect()
    asked = {path: desk.site.hits.get(path, 0) for path in ("/0.html", "/1.html")}
    claims = desk.zone.look().names("sites")
    meanwhile = desk.plan(LATER)
    desk.load()
    clock = standing_clock(START + timedelta(minutes=40))
    desk.plan(clock)
    desk.collect(clock)
    desk.load(clock)

    assert len(first) == 2
    assert sorted(asked.values()) == [0, 1], (
        "who comes later leaves it alone as long as the other one is not loaded"
    )
    assert claims == ["c.example"]
    assert meanwhile == ()
    assert desk.rows("SELECT count(*) FROM articles") == [(2,)]
    assert desk.site.hits["/0.html"] == desk.site.hits["/1.html"] == 1
    assert desk.left() == []


def test_a_link_that_always_leads_to_the_site_of_another_order_is_not_tried_for_ever(desk):
    kind, feed = desk.site.documents["/a.xml"]
    desk.site.documents["/a.xml"] = (kind, feed.replace(b"b.example/0.html", b"a.example/go"))
    desk.site.moved["/go"] = "http://b.example/0.html"
    attempts = []
    for minutes in (0, 5, 31, 40):
        clock = standing_clock(START + timedelta(minutes=minutes))
        assert len(desk.plan(clock)) == 2
        desk.collect(clock)
        desk.load(clock)
        attempts += desk.rows("SELECT attempts FROM state.pending_items")

    assert attempts == [(1,), (1,), (2,), (2,)]
    assert "/0.html" not in desk.site.hits


def test_while_an_order_is_out_nothing_is_planned_for_its_sites(desk):
    desk.plan()

    assert desk.plan(LATER) == ()
    assert progress(desk.settings).free == 2


def test_a_batch_that_comes_twice_is_loaded_once(desk, tmp_path):
    orders = desk.plan()
    desk.collect()
    copies = {}
    for order_id in orders:
        copies[order_id] = tmp_path / order_id
        rounds.fetch_batch(desk.zone, order_id, copies[order_id])
    desk.load()
    before = desk.rows("SELECT source_id, started_at FROM polls ORDER BY ALL")
    for order_id, path in copies.items():
        rounds.send_batch(desk.zone, order_id, path)

    again = desk.load()

    assert again.results == ()
    assert desk.rows("SELECT source_id, started_at FROM polls ORDER BY ALL") == before
    assert len(before) == 2
    assert desk.left() == []


def test_who_is_killed_between_loading_and_closing_loads_nothing_twice(desk, monkeypatch):
    desk.plan()
    desk.collect()

    class KilledError(Exception):
        pass

    def killed(*_):
        raise KilledError

    with monkeypatch.context() as patched, pytest.raises(KilledError):  # noqa: PT012 - for this call alone
        patched.setattr(rounds, "close_order", killed)
        desk.load()
    desk.load()

    assert desk.rows("SELECT count(*) FROM polls") == [(2,)]
    assert desk.rows("SELECT count(*) FROM runs") == [(1,)], "a round is a run"
    assert desk.left() == []


def test_what_is_finished_waits_for_the_others_of_its_round_and_not_for_ever(desk, monkeypatch):
    orders = desk.plan()
    settings = read_settings({**desk.environment, "NEWSWATCH_HOME": str(desk.settings.home.parent / "c")})
    with Collector(settings, CLOCK, desk.pool) as collector:
        assert collector.collect_one() is not None
    waiting = desk.load()
    monkeypatch.setattr(rounds, "PATIENCE", timedelta(0))
    part = desk.load()
    desk.collect()
    late = desk.load()

    assert len(orders) == 2
    assert [len(found.results) for found in (waiting, part, late)] == [0, 1, 1]
    assert desk.rows("SELECT count(*) FROM polls") == [(2,)]
    assert desk.left() == []


def test_a_part_that_could_not_be_loaded_at_once_is_loaded_once_though_the_whole_round_came_then(
    desk, monkeypatch
):
    desk.plan()
    settings = read_settings({**desk.environment, "NEWSWATCH_HOME": str(desk.settings.home.parent / "c")})
    with Collector(settings, CLOCK, desk.pool) as collector:
        assert collector.collect_one() is not None

    def fail(*_, **__):
        raise RuntimeError("not now")

    with monkeypatch.context() as patched:
        patched.setattr(rounds, "PATIENCE", timedelta(0))
        patched.setattr(cycle, "load_batch", fail)
        assert len(desk.load().failures) == 1
    desk.collect()
    with (
        monkeypatch.context() as patched
    ):  # what waits in the landing zone fails again, until the whole lies there too
        patched.setattr(cycle, "load_waiting", lambda *_: cycle.Loaded())
        desk.load()
    results = desk.load().results

    assert [result.polls for result in results] == [1, 1]
    assert desk.rows("SELECT count(*) FROM polls") == [(2,)]
    assert desk.left() == []
    with open_warehouse(desk.settings.warehouse) as con:
        assert missing_batches(con, desk.settings.archive) == []


def test_a_damaged_batch_is_kept_and_told_and_stops_no_other_one(desk):
    first, _ = desk.plan()
    desk.collect()
    desk.zone.write(f"batches/{first}.parquet", b"PAR1 not really")

    loaded = desk.load()

    ((where, error, advice),) = loaded.failures
    assert where == "landing"
    assert "cannot be read as Parquet" in error
    assert (desk.settings.landing / "batches" / f"{first}.broken").read_bytes() == b"PAR1 not really"
    assert f"{first}.broken" in advice
    assert desk.rows("SELECT count(*) FROM polls") == [(1,)]
    assert desk.left() == []
    assert len(desk.plan(LATER)) >= 1, "its sources are due still"


def test_ended_over_an_order_a_collector_goes_on_with_the_answers_it_has(desk, monkeypatch):
    desk.plan()

    def cut_off(*_):
        raise ZoneError("the place does not answer")

    with monkeypatch.context() as patched, pytest.raises(ZoneError):  # noqa: PT012 - as above
        patched.setattr(rounds, "send_batch", cut_off)
        desk.collect()
    asked = dict(desk.site.hits)
    held = [one for one in leases.standings(desk.zone.look()) if one.held]

    others = [one for one in rounds.open_orders(desk.zone.look()) if one != held[0].order_id]

    assert desk.collect(name="another") == others
    assert len(desk.collect()) == 1
    assert {path: count for path, count in desk.site.hits.items() if count > 1} == {
        path: count for path, count in asked.items() if count > 1
    }
    assert len(held) == 1
    assert not list((desk.settings.home.parent / "collector").rglob("*.spool"))


def test_a_collector_whose_order_was_taken_over_stops_in_the_middle(desk, monkeypatch):
    monkeypatch.setattr(leases, "RENEW_S", 0.2)
    manners = Settings.manners
    monkeypatch.setattr(
        Settings, "manners", lambda self: replace(manners(self), deadline=timedelta(minutes=9))
    )
    orders = desk.plan()
    over = threading.Event()

    def take_over():
        while not over.wait(0.05):
            for name in desk.zone.look().names("leases"):
                if name.endswith(".1.json"):
                    desk.zone.create(f"leases/{name.replace('.1.', '.2.')}", b"{}")

    thread = threading.Thread(target=take_over)
    began = time.monotonic()
    desk.site.silent = True
    thread.start()
    try:
        assert desk.collect() == []
    finally:
        over.set()
        desk.site.silent = False
        thread.join()

    assert time.monotonic() - began < 100, "an answer is waited for 540 s"
    assert [one.taken for one in leases.standings(desk.zone.look())] == [2, 2]
    assert rounds.finished(desk.zone.look()) == []
    assert len(orders) == 2


def test_an_order_that_nobody_can_carry_out_is_set_aside(desk, monkeypatch):
    first, second = desk.plan()
    desk.zone.write(f"orders/{first}.parquet", b"no order")
    monkeypatch.setattr(leases, "LEASE", timedelta(0))
    tries = 0
    while progress(desk.settings).free:
        desk.collect(name=f"c{tries}")
        tries += 1

    assert tries <= leases.MOST_TAKEN
    assert progress(desk.settings) == distribution.Progress(free=0, waiting=1)
    desk.plan(LATER)
    assert first not in rounds.open_orders(desk.zone.look())
    assert second in rounds.finished(desk.zone.look())


def test_an_order_that_nobody_takes_is_dropped_after_a_while(desk, tmp_path):
    orders = desk.plan()
    for order_id in orders:
        path = Path(tmp_path, "zone", rounds.order_name(order_id))
        os.utime(path, times=(path.stat().st_mtime - RESUME_FOR.total_seconds() - 60,) * 2)

    again = desk.plan(LATER)

    assert len(again) == 2
    assert set(rounds.open_orders(desk.zone.look())) == set(again)


def test_a_round_that_cannot_be_read_is_given_up(desk):
    (first, _) = desk.plan()
    desk.zone.write(f"rounds/{first.partition('-')[0]}.json", b"{}")

    assert len(desk.plan(LATER)) == 2
    assert len(rounds.open_orders(desk.zone.look())) == 2


def test_two_homes_do_not_write_from_one_place(desk, tmp_path):
    desk.plan()
    other = replace(desk.settings, home=tmp_path / "other")

    with pytest.raises(
        ConfigurationError, match=r"another home writes from this place: .*writer --take-over"
    ):
        plan_round(other, desk.watch, CLOCK)
    with pytest.raises(ConfigurationError):
        load_finished(other, desk.watch, CLOCK)
    assert desk.load().results == ()


def restored(desk, backup):
    """Return the settings of a home on another machine, made from a backup."""
    settings = read_settings({**desk.environment, "NEWSWATCH_HOME": str(desk.settings.home.parent / "new")})
    restore(settings, backup, CLOCK)
    return settings


def test_a_home_that_is_moved_goes_on_by_itself_and_the_old_one_never(desk, tmp_path):
    desk.plan()
    desk.collect()
    desk.load()
    new = restored(desk, back_up(desk.settings, tmp_path / "backup", CLOCK, with_archive=True).path)

    planned = plan_round(new, desk.watch, LATER)

    assert planned
    with pytest.raises(ConfigurationError, match=str(new.home)):
        desk.plan(LATER)
    desk.collect(LATER)
    assert load_finished(new, desk.watch, LATER).results
    with open_warehouse(new.warehouse) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]
    with pytest.raises(ConfigurationError):
        desk.load(LATER)


def test_a_home_from_an_older_backup_takes_over_with_one_command(desk, tmp_path):
    desk.plan()
    desk.collect()
    desk.load()
    backup = back_up(desk.settings, tmp_path / "backup", CLOCK).path
    desk.plan(LATER)
    new = restored(desk, backup)
    command = ["--home", str(new.home), "writer", "--take-over"]
    with pytest.raises(ConfigurationError, match=re.escape(f"newswatch {' '.join(command)}")):
        plan_round(new, desk.watch, LATER)

    with writing(desk.zone, distribution.desk_of(desk.settings)):
        busy = CliRunner().invoke(main, command, env=desk.environment)
    done = CliRunner().invoke(main, command, env=desk.environment)
    told = CliRunner().invoke(main, ["--home", str(new.home), "writer", "--json"], env=desk.environment)

    assert (busy.exit_code, done.exit_code) == (1, 0)
    assert "is writing now" in busy.output
    assert str(desk.settings.home) in done.stderr
    assert "That is this home" in done.stdout
    assert json.loads(told.stdout)["home"] == str(new.home)
    plan_round(new, desk.watch, LATER)
    with pytest.raises(ConfigurationError, match=str(new.home)):
        desk.load(LATER)


def test_run_with_a_shared_place_is_a_collector_too(desk):
    done = run_cycle(desk.settings, desk.watch, CLOCK)

    assert (done.outcome, done.polls) == ("ok", 2)
    assert desk.left() == []


def test_without_a_shared_place_there_is_nothing_to_collect_from(tmp_path):
    settings = read_settings({"NEWSWATCH_LANDING": str(tmp_path)}, home=tmp_path)

    with pytest.raises(ConfigurationError, match="NEWSWATCH_LANDING"):
        Collector(settings, CLOCK)


def test_one_machine_pays_nothing_for_many(site, a_home):
    site.publish(0)
    _, environment = a_home({"wire": site.feed})
    code = (
        "import sys\n"
        "from extractors.clock import system_clock\n"
        "from extractors.watch import read_watch\n"
        "from flows.cycle import run_cycle\n"
        "from flows.settings import process_environment, read_settings\n"
        "if __name__ == '__main__':\n"
        "    settings = read_settings(process_environment())\n"
        "    done = run_cycle(settings, read_watch(settings.watch_file), system_clock)\n"
        "    parts = ('fsspec', 's3fs', 'flows.distribution', 'flows.collecting', 'warehouse.zone')\n"
        "    print(done.articles, [name for name in parts if name in sys.modules])\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment, "NEWSWATCH_LOG": "error"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.splitlines()[-1] == "1 []", told.stdout + told.stderr
