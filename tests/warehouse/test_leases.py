"""Leases: an order is in one pair of hands, and comes free when they do nothing for it any more."""

import os
import signal
import threading
import time
from datetime import timedelta

import pytest

from extractors.orders import Batch, Manners, Order, SourceOrder
from tests.waiting import until
from warehouse import leases, rounds
from warehouse.landing import write_batch
from warehouse.leases import LeaseLostError, Standing, kept, standings, take
from warehouse.splitting import split
from warehouse.zone import open_zone

ORDER = "o1-1of1"


@pytest.fixture
def zone(tmp_path, a_watch, a_source, noon):
    """A place with a round of one order."""
    zone = open_zone(f"file://{tmp_path}/zone")
    order = Order(order_id="o1", created_at=noon, sources=(SourceOrder(source=a_source()),))
    rounds.write_round(zone, split(order), a_watch(), Manners(user_agent="x"), "1")
    return zone


def test_an_order_is_free_then_held_then_done(zone, tmp_path, noon):
    assert standings(zone.look()) == [Standing(order_id=ORDER)]

    lease = take(zone, Standing(order_id=ORDER))

    assert standings(zone.look()) == [Standing(order_id=ORDER, taken=1, held=True)]
    lease.renew()
    batch = Batch(batch_id="b", order_id=ORDER, collected_at=noon)
    rounds.send_batch(zone, ORDER, write_batch(tmp_path, batch))
    assert standings(zone.look()) == []


def test_of_many_that_take_an_order_one_has_it(zone):
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(take(zone, Standing(order_id=ORDER)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(lease is not None for lease in got) == 1


def test_an_order_that_is_finished_in_the_meantime_is_not_taken(zone, tmp_path, noon):
    (before,) = standings(zone.look())
    batch = Batch(batch_id="b", order_id=ORDER, collected_at=noon)
    rounds.send_batch(zone, ORDER, write_batch(tmp_path, batch))

    assert take(zone, before) is None


def test_a_lease_that_is_not_renewed_ends_and_its_holder_is_told(zone, monkeypatch):
    lease = take(zone, Standing(order_id=ORDER))
    with monkeypatch.context() as patched:
        patched.setattr(leases, "LEASE", timedelta(0))
        patched.setattr(leases, "GIVE_UP_S", 0.0)
        (standing,) = standings(zone.look())
        outlived = lease.outlived
    other = take(zone, standing)

    assert standing == Standing(order_id=ORDER, taken=1, held=False)
    assert outlived
    assert other.number == 2
    with pytest.raises(LeaseLostError, match="taken over"):
        lease.renew()
    assert standings(zone.look()) == [Standing(order_id=ORDER, taken=2, held=True)]


@pytest.mark.usefixtures("often")
def test_work_for_longer_than_a_lease_keeps_it(zone):
    name = f"leases/{ORDER}.1.json"
    with kept(take(zone, Standing(order_id=ORDER))):
        for _ in range(3):
            before = zone.look().written[name]
            until(lambda before=before: zone.look().written[name] > before)


@pytest.mark.usefixtures("often")
def test_who_cannot_renew_stops_before_another_one_may_begin(zone, monkeypatch):
    monkeypatch.setattr(leases, "GIVE_UP_S", 1.0)
    went_on = []
    lease = take(zone, Standing(order_id=ORDER))
    monkeypatch.setattr(zone, "write", lambda *_: time.sleep(90))  # a place that hangs

    with pytest.raises(LeaseLostError), kept(lease):  # noqa: PT012 - what is done within is interrupted
        time.sleep(60)
        went_on.append(True)

    assert not went_on


@pytest.mark.usefixtures("often")
def test_whose_order_is_taken_over_stops(zone):
    went_on = []
    lease = take(zone, Standing(order_id=ORDER))

    with pytest.raises(LeaseLostError), kept(lease):  # noqa: PT012 - as above
        assert take(zone, Standing(order_id=ORDER, taken=1)) is not None
        time.sleep(60)
        went_on.append(True)

    assert not went_on


@pytest.mark.usefixtures("often")
def test_who_is_deaf_to_interruptions_hears_this_one(zone, monkeypatch):
    monkeypatch.setattr(leases, "GIVE_UP_S", 1.0)
    went_on = []
    lease = take(zone, Standing(order_id=ORDER))
    monkeypatch.setattr(zone, "write", lambda *_: time.sleep(90))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(LeaseLostError), kept(lease):  # noqa: PT012 - as above
            time.sleep(60)
            went_on.append(True)
        assert not went_on
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("often")
def test_who_goes_on_after_an_interruption_is_interrupted_again(zone):
    done = []

    with pytest.raises(LeaseLostError), kept(take(zone, Standing(order_id=ORDER))):  # noqa: PT012 - as above
        assert take(zone, Standing(order_id=ORDER, taken=1)) is not None
        for number in range(3):  # as one who loads batches: what one fails of stops no other one
            try:
                time.sleep(20)
            except KeyboardInterrupt:
                if number == 1:
                    raise RuntimeError("Query interrupted") from None
            done.append(number)

    assert done == [0]


def test_an_interruption_by_the_user_stays_one(zone):
    with pytest.raises(KeyboardInterrupt), kept(take(zone, Standing(order_id=ORDER))):  # noqa: PT012 - as above
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)


def test_an_order_that_was_taken_too_often_is_free_no_more():
    assert Standing(order_id=ORDER, taken=leases.MOST_TAKEN - 1).is_free
    assert not Standing(order_id=ORDER, taken=leases.MOST_TAKEN).is_free
    assert not Standing(order_id=ORDER, taken=1, held=True).is_free
