"""What is left by a stop between two steps is taken up by the next cycle: each moment by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from extractors.clock import standing_clock
from extractors.collect import collect
from extractors.orders import Batch, HostRest
from extractors.records import Signals
from extractors.watch import read_watch
from flows.alerts.deliver import REPEAT, deliver
from flows.cycle import (
    RESUME_FOR,
    collect_order,
    load_batch,
    load_waiting,
    plan_order,
    publish,
    run_cycle,
    summed,
)
from flows.settings import read_settings
from tests.flows.full_disk import room_for
from warehouse import landing
from warehouse.database import open_snapshot, open_warehouse, transaction
from warehouse.hosts import save_rests
from warehouse.landing import unfinished_orders

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
ALERT = '\n[[alerts]]\nname = "desk"\nto = "env:DESK"\n'
TABLES = (
    "articles",
    "revisions",
    "developments",
    "development_articles",
    "alerts",
    "polls",
    "runs",
    "state.items",
)


@pytest.fixture
def home(a_home, site, pool):
    """A home whose first cycle is over, and with one piece of news waiting on its site."""

    class Home:
        def __init__(self):
            _, environment = a_home({"wire": site.feed}, alerts=ALERT)
            self.settings = read_settings(environment)
            self.watch = read_watch(self.settings.watch_file)
            self.run(0)
            site.publish(0)

        def at(self, hours):
            return standing_clock(START + timedelta(hours=hours))

        def collected(self, hours=2):
            order = plan_order(self.settings, self.watch, self.at(hours))
            return collect_order(self.settings, self.watch, order, self.at(hours), pool=pool)

        def run(self, hours):
            return run_cycle(self.settings, self.watch, self.at(hours), pool=pool, with_report=False)

        def rows(self):
            with open_warehouse(self.settings.warehouse) as con:
                return {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in TABLES}

    return Home()


class StoppedError(BaseException):
    """Stands for the kill."""


def test_stopped_after_the_commit_and_before_archiving_the_batch_is_not_loaded_again(home):
    batch = home.collected()
    with open_warehouse(home.settings.warehouse) as con:
        load_batch(con, home.settings, home.watch, batch, home.at(2))
    before = home.rows()

    loaded = load_waiting(home.settings, home.watch, home.at(3))

    assert [result.already for result in loaded.results] == [True]
    assert home.rows() == before
    assert landing.waiting_batches(home.settings.landing) == []
    assert len(before["articles"]) == len(before["alerts"]) == 1


def test_stopped_within_the_load_the_batch_is_loaded_by_the_next_one(home):
    batch = home.collected()
    before = home.rows()

    def stop():
        raise StoppedError

    with open_warehouse(home.settings.warehouse) as con, pytest.raises(StoppedError):
        load_batch(con, home.settings, home.watch, batch, stop)
    assert home.rows() == before

    assert [result.articles for result in load_waiting(home.settings, home.watch, home.at(2)).results] == [1]


def test_stopped_between_copy_and_rename_the_snapshot_is_the_old_one_and_then_the_new_one(home):
    home.collected()
    load_waiting(home.settings, home.watch, home.at(2))
    left = home.settings.snapshot.with_name(f".{home.settings.snapshot.name}.writing")
    left.write_bytes(home.settings.warehouse.read_bytes()[:5000])

    def articles():
        with open_snapshot(home.settings.snapshot) as con:
            return con.execute("SELECT count(*) FROM articles").fetchone()

    assert articles() == (0,)
    assert publish(home.settings)
    assert articles() == (1,)
    assert not left.exists()


def test_stopped_between_sending_and_noting_the_one_repeat_says_so(home):
    home.collected()
    load_waiting(home.settings, home.watch, home.at(2))
    sent = []

    def stop_after(_url, title, body):
        sent.append((title, body))
        if len(sent) == 1:
            raise StoppedError

    def go():
        with open_warehouse(home.settings.warehouse) as con:
            return deliver(con, home.watch.alerts, {"DESK": "json://x"}, START, stop_after).sent

    with pytest.raises(StoppedError):
        go()

    assert (go(), go()) == (1, 0)
    assert [body.endswith(REPEAT) for _, body in sent] == [False, True]


def test_a_batch_that_cannot_be_loaded_waits_is_told_and_stops_no_other(home, an_article):
    endless = an_article(1, signals=Signals(words=2**40))  # more than the column holds
    bad = Batch(batch_id="b-bad", order_id="o-bad", collected_at=START, articles=(endless,))
    path = landing.write_batch(home.settings.landing, bad)
    home.collected()

    loaded = load_waiting(home.settings, home.watch, home.at(2))

    assert [result.articles for result in loaded.results] == [1]
    assert [source for source, _, _ in loaded.failures] == ["landing"]
    assert landing.waiting_batches(home.settings.landing) == [path]
    assert summed(load_waiting(home.settings, home.watch, home.at(3)), 0, 0, 0.0).outcome == "failed"


def test_on_a_full_disk_no_half_batch_is_left_and_nothing_is_lost(home, an_article):
    batch = home.collected()
    texts = tuple(
        an_article(number, text=" ".join(str(hash((number, one))) for one in range(2000)))
        for number in range(20)
    )
    large = Batch(batch_id="b-large", order_id="o", collected_at=START, articles=texts)

    with room_for(20_000), pytest.raises(Exception, match="write"):
        landing.write_batch(home.settings.landing, large)

    waiting = landing.waiting_batches(home.settings.landing)
    assert [path.stem for path in waiting] == [batch.batch_id]
    landing.write_batch(home.settings.landing, large)
    assert (
        sum(result.articles for result in load_waiting(home.settings, home.watch, home.at(2)).results) == 21
    )


def test_on_a_full_disk_the_snapshot_stays_and_takes_no_room_twice(home):
    home.collected()
    load_waiting(home.settings, home.watch, home.at(2))

    with room_for(20_000):
        assert not publish(home.settings)

    assert list(home.settings.home.glob(".*.writing")) == []
    with open_snapshot(home.settings.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (0,)
    assert publish(home.settings)


def test_stopped_while_collecting_the_order_is_carried_out_and_nothing_asked_twice(home, site):
    order = plan_order(home.settings, home.watch, home.at(2))
    spool = landing.spool_path(home.settings.landing, order.order_id)
    collect(order, home.watch, home.settings.manners(), home.at(2), spool=spool)
    hits = dict(site.hits)

    result = home.run(2)

    assert (result.polls, result.articles) == (1, 1)
    assert site.hits == hits
    assert list((home.settings.landing / "orders").iterdir()) == []


def test_on_a_full_disk_an_order_waits_with_all_that_was_answered(home, site):
    order = plan_order(home.settings, home.watch, home.at(2))
    spool = landing.spool_path(home.settings.landing, order.order_id)
    collect(order, home.watch, home.settings.manners(), home.at(2), spool=spool)
    hits = dict(site.hits)

    with room_for(1_000), pytest.raises(Exception, match="write"):
        home.run(3)

    assert home.run(4).articles == 1
    assert site.hits == hits


def test_a_batch_that_waits_is_loaded_before_anything_is_planned(home, site):
    home.collected()
    hits = dict(site.hits)

    result = home.run(2)

    assert (result.polls, result.articles) == (1, 1)
    assert site.hits == hits


def test_an_order_of_long_ago_is_dropped(home):
    order = plan_order(home.settings, home.watch, home.at(2))
    result = home.run(9)

    assert result.articles == 1
    assert unfinished_orders(home.settings.landing) == []
    assert order.created_at < (START + timedelta(hours=9)) - RESUME_FOR


def test_an_order_that_is_resumed_keeps_the_rests_told_since(home, site):
    plan_order(home.settings, home.watch, home.at(2))
    rest = HostRest(host="127.0.0.1", until=home.at(4)(), cause="http-429")
    with open_warehouse(home.settings.warehouse) as con, transaction(con):
        save_rests(con, (rest,), home.at(2)())
    hits = dict(site.hits)

    assert home.run(3).failures[0][1].count("asked for a pause")
    assert site.hits == hits


def test_an_order_that_cannot_be_read_is_set_aside(home):
    order = plan_order(home.settings, home.watch, home.at(2))
    path = landing.order_path(home.settings.landing, order.order_id)
    path.write_bytes(b"no order")

    assert home.run(2).articles == 1
    assert path.with_suffix(".broken").exists()
