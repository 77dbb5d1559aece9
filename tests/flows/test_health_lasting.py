"""What lasts is told once: nothing that only looks like an end gives an all-clear."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.clock import standing_clock
from extractors.orders import Batch, Instead, Poll
from extractors.watch import AlertRule
from flows.alerts.deliver import DeliveryError, deliver
from flows.by_hand import alone
from flows.conditions import Cycles, Room, disk_full, disk_low, no_cycle, silent, unread
from flows.configuration import Configuration
from flows.pulse import beating
from flows.settings import read_settings
from flows.troubles import look_at_health
from flows.watchdog import BY_HAND, EVERY, Watchdog, _by_hand
from warehouse.database import insert, open_warehouse
from warehouse.load import load
from warehouse.lock import Holder
from warehouse.outbox import retry_failed
from warehouse.plan import note_sources, plan
from warehouse.processes import this_process
from warehouse.vitals import PagesRead, Silence

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DESK = AlertRule(name="desk", to="env:DESK")
LISTED = {"outcome": "new", "http_status": 200, "items": 3, "new_items": 1}
UNCHANGED = {"outcome": "unchanged", "http_status": 304}
FAULT = {"outcome": "failed", "error": "x", "cause": "http-503"}


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path):
    return read_settings({"DESK": "json://x", "NEWSWATCH_HOST_BUDGET": "30"}, home=tmp_path)


@pytest.fixture
def cycle(con, settings):
    """Load a batch of the polls given by source, look at health, send; return the titles that went out."""

    def run(watch, at, **polls):
        note_sources(con, watch, at)
        told = [
            Poll(source_id=source_id, started_at=at + number * timedelta(seconds=1), **poll)
            for number, (source_id, poll) in enumerate(polls.items())
        ]
        batch = Batch(batch_id=at.isoformat(), order_id="o", collected_at=at, polls=tuple(told))
        load(con, batch, watch, at)
        look_at_health(con, settings, watch, at)
        sent = []
        deliver(con, watch.alerts, settings.environment, at, lambda url, title, body: sent.append(title))
        return sent

    return run


@pytest.fixture
def watch(a_watch, a_source):
    ids = ("alpha", "beta", "gamma", "delta")
    return a_watch(sources=tuple(a_source(key, f"http://{key}.example/rss") for key in ids), alerts=(DESK,))


def test_a_source_that_fails_once_is_silent_still(cycle, con, watch):
    cycle(watch, NOON, alpha=LISTED)
    row = {"source_id": "alpha", "outcome": "new", "items": 3, "new_items": 1, "bytes": 1, "seconds": 0.1}
    insert(con, "polls", [row | {"started_at": NOON - number * 8 * HOUR} for number in range(1, 60)])

    (begun,) = cycle(watch, NOON + 5 * DAY, alpha=UNCHANGED)
    assert begun == "newswatch: source alpha has been silent for 5 days"
    assert cycle(watch, NOON + 5 * DAY + HOUR, alpha=FAULT) == []
    assert cycle(watch, NOON + 5 * DAY + 2 * HOUR, alpha=UNCHANGED) == []
    con.execute("DELETE FROM polls")  # as the ledger forgets
    assert cycle(watch, NOON + 5 * DAY + 3 * HOUR, alpha=UNCHANGED) == []
    (over,) = cycle(watch, NOON + 6 * DAY, alpha=LISTED)
    assert "silent" in over


def test_another_silence_is_not_the_one_that_lasts():
    one = Silence(source_id="wire", last_new_at=NOON, last_ok_at=NOON + 9 * DAY, news=())

    assert [found.since for found in silent([one], {("silent", "wire"): NOON})] == [NOON]
    assert list(silent([one], {("silent", "wire"): NOON - DAY})) == []


def test_a_listing_in_its_place_that_fails_once_is_no_end(cycle, watch):
    instead = Instead(kind="sitemap", url="http://beta.example/sitemap.xml")
    cycle(watch, NOON, beta=LISTED)
    replaced = {"outcome": "new", "instead": instead, "tried": "its sitemap", "cause": "http-404"}

    assert len(cycle(watch, NOON + DAY, beta=replaced)) == 1
    assert cycle(watch, NOON + DAY + HOUR, beta=FAULT) == []
    assert cycle(watch, NOON + DAY + 2 * HOUR, beta=LISTED | {"url": instead.url}) == []


def test_nothing_works_still_when_the_source_that_worked_last_is_taken_out(cycle, watch):
    ids = [one.source_id for one in watch.sources]
    cycle(watch, NOON, **dict.fromkeys(ids, UNCHANGED))
    told = [cycle(watch, NOON + number * HOUR, **dict.fromkeys(ids, FAULT)) for number in range(1, 4)]
    less = replace(watch, sources=watch.sources[:-1])
    told.append(cycle(less, NOON + 5 * HOUR, **dict.fromkeys(ids[:-1], FAULT)))

    assert [title for one in told for title in one] == ["newswatch: no source can be read"]


def test_a_retry_by_hand_is_no_end(con, a_watch, tmp_path):
    rules = (DESK, AlertRule(name="operator", to="env:OPERATOR", about="health"))
    settings = read_settings({"DESK": "json://dead", "OPERATOR": "json://good"}, home=tmp_path)
    row = {"alert_id": "n1", "kind": "development", "rule": "desk", "channel": "json", "state": "pending"}
    insert(con, "alerts", [row | {"created_at": NOON, "attempts": 0, "title": "T", "body": "B"}])
    heard = []

    def send(url, title, body):
        if "dead" in url:
            raise DeliveryError("no connection")
        heard.append(title)

    for number in range(30):
        if number == 15:
            retry_failed(con, None)
        at = NOON + number * 10 * MINUTE
        look_at_health(con, settings, a_watch(alerts=rules), at)
        deliver(con, rules, settings.environment, at, send)

    assert heard == ["newswatch: the alerts of rule desk do not go out"]


def overdue(con, settings, watch, start):
    """Run cycles that have nothing to poll, for four hours, and return what is wrong."""
    for number in range(1, 25):
        at = start + number * 10 * MINUTE
        look_at_health(con, settings, watch, at)
        with beating(settings.state, standing_clock(at)):
            pass
    return [name for (name,) in con.execute("SELECT name FROM troubles").fetchall()]


@pytest.mark.parametrize(("asked", "told"), [(30, []), (3, ["polls-overdue"])])
def test_a_source_of_a_site_that_got_its_budget_is_not_overdue(
    con, settings, a_watch, a_source, cycle, asked, told
):
    watch = a_watch(sources=(a_source("alpha", "http://alpha.example/rss"),))
    cycle(watch, NOON, alpha=LISTED)
    request = {"order_id": "o", "source_id": "alpha", "purpose": "poll", "url": "http://alpha.example/rss"}
    request |= {"host": "alpha.example", "http_status": 200, "bytes": 1, "seconds": 0.1, "open_at_host": 1}
    request |= {"conditional": False, "validators": False}
    insert(con, "requests", [request | {"position": one, "started_at": NOON} for one in range(asked)])

    assert overdue(con, settings, watch, NOON) == told


def test_a_source_that_is_to_be_left_alone_at_this_hour_is_not_overdue(
    con, settings, a_watch, a_source, cycle
):
    watch = a_watch(sources=(a_source("alpha", "http://alpha.example/rss"),))
    night = NOON.replace(hour=22, minute=55)
    cycle(watch, night, alpha=LISTED)
    con.execute(
        "UPDATE sources SET skip_hours = [23, 0, 1, 2, 3, 4, 5], next_poll_at = $at", {"at": night + MINUTE}
    )

    assert plan(con, watch, night + HOUR) is None
    assert overdue(con, settings, watch, night) == []


def test_work_by_hand_is_waited_for(tmp_path, a_watch):
    settings = read_settings({}, home=tmp_path)
    settings.state.mkdir(parents=True)
    dog, looks = (
        Watchdog(Configuration(settings, a_watch(), 5 * MINUTE), NOON),
        [NOON + number * EVERY for number in range(150)],
    )
    with open_warehouse(settings.warehouse):
        for at in looks[:50]:
            dog.look(at)
    with alone(settings):
        for at in looks[50:100]:
            dog.look(at)
    assert dog.lasting == ()
    for at in looks[100:]:
        dog.look(at)

    assert [one.name for one in dog.lasting] == ["no-cycle"]


def test_it_is_not_waited_for_for_ever_and_a_cycle_that_hangs_is_none():
    writer = Holder(process=this_process(), since=NOON, until=None)
    hanging = replace(writer, until=0.0)

    assert _by_hand(None, writer, NOON + BY_HAND - MINUTE)
    assert not _by_hand(None, writer, NOON + BY_HAND)
    assert not _by_hand(hanging, writer, NOON)
    assert not _by_hand(None, replace(writer, process=replace(this_process(), born=1)), NOON)


def test_cycles_that_end_well_end_it_though_the_clock_was_ahead():
    ahead = NOON + 365 * DAY
    cycles = Cycles(interval=5 * MINUTE, waited=HOUR, serving_since=ahead, last_ok_at=ahead)
    (found,) = no_cycle(cycles, None, ahead + HOUR)

    assert list(no_cycle(replace(cycles, last_ok_at=NOON), found.since, NOON + MINUTE)) == []


@pytest.mark.parametrize(
    ("decide", "counts"), [(disk_low, (999, 1001, 2_999, 3_000)), (disk_full, (0, 1, 99, 100))]
)
def test_files_that_can_be_made_begin_and_end_it_at_different_bounds(decide, counts):
    last, told = set(), []
    for count in counts:
        room = Room(folder="H", free_bytes=1 << 40, files=count)
        last = {one.key for one in decide([room], 1 << 28, last)}
        told.append(bool(last))

    assert told == [True, True, True, False]


def test_few_pages_are_no_end_unless_they_are_read():
    def asked(number, read):
        return [PagesRead(source_id="s", asked=number, read=read, since=NOON, cause=None, host="h")]

    last = {("pages-unread", "s")}
    assert [bool(list(unread(asked(9, read), last))) for read in (0, 4, 5)] == [True, True, False]
