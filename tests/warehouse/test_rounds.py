"""Rounds: what travels to collectors, and which batches are loaded together."""

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.errors import WarehouseError
from extractors.orders import (
    Batch,
    HostRest,
    Manners,
    Order,
    RobotsFile,
    SourceOrder,
    batch_id_of,
)
from extractors.watch import AlertRule, Example
from warehouse import rounds
from warehouse.landing import write_batch
from warehouse.rounds import PATIENCE, ready
from warehouse.splitting import split
from warehouse.zone import open_zone

MANNERS = Manners(
    user_agent="newswatch/1 (+desk@news.example)",
    spacing=timedelta(seconds=7),
    workers=3,
    allow_networks=("127.0.0.0/8",),
    connect_to=(("a.example", "127.0.0.1:80"),),
)


@pytest.fixture
def zone(tmp_path):
    return open_zone(f"file://{tmp_path}/zone")


@pytest.fixture
def pieces(noon, a_source):
    sources = (a_source("a", "http://example.com/rss"), a_source("b", "http://example.org/rss"))
    order = Order(
        order_id="o1",
        created_at=noon,
        sources=tuple(SourceOrder(source=source) for source in sources),
        known=("u1", "g1"),
        rests=(HostRest(host="x.example", until=noon, cause="http-429"),),
        robots=(RobotsFile(origin="http://example.com", checked_at=noon, text="Allow: /"),),
        quarantined=("q1",),
    )
    return split(order, least=1)


def put(zone, tmp_path, order_id, noon, **more):
    batch = Batch(batch_id=batch_id_of(order_id), order_id=order_id, collected_at=noon, **more)
    rounds.send_batch(zone, order_id, write_batch(tmp_path, batch))
    return batch


def test_orders_come_back_as_they_were_split(zone, pieces, a_watch):
    rounds.write_round(zone, pieces, a_watch(), MANNERS, "1.0")

    listing = zone.look()

    assert rounds.planned(listing) == ["o1"]
    assert rounds.open_orders(listing) == ["o1-1of2", "o1-2of2"]
    assert [rounds.read_piece(zone, order_id) for order_id in rounds.open_orders(listing)] == [
        piece.order for piece in pieces
    ]


def test_the_watch_travels_without_secrets_and_without_what_collecting_does_not_need(zone, pieces, a_watch):
    alert = AlertRule(name="desk", to="json://hunter2@host/")
    watch = a_watch(alerts=(alert,), examples=(Example(title="Like this", text="one"),))

    rounds.write_round(zone, pieces, watch, MANNERS, "1.0")
    told = rounds.read_commission(zone, "o1")

    assert (told.version, told.manners) == ("1.0", MANNERS)
    assert told.watch == replace(watch, sources=(), alerts=(), examples=())
    assert told.watch.by_id.keys() == watch.by_id.keys()
    assert told.grounds == {piece.order.order_id: piece.ground for piece in pieces}
    assert all(b"hunter2" not in zone.read(name) for name in zone.look().written)


def test_a_damaged_commission_is_told(zone):
    zone.write("rounds/o1.json", b'{"round_id": "o1"}')

    with pytest.raises(WarehouseError, match=r"rounds/o1.json: planned_at"):
        rounds.read_commission(zone, "o1")


def test_what_a_killed_plan_leaves_is_no_order(zone, pieces, a_watch):
    rounds.write_round(zone, pieces, a_watch(), MANNERS, "1.0")
    zone.write("leases/o1-1of2.1.json", b"")
    whole = zone.look()
    zone.remove("rounds/o1.json")
    cut = zone.look()

    assert rounds.unplanned(whole) == []
    assert rounds.open_orders(cut) == []
    assert rounds.unplanned(cut) == [
        "orders/o1-1of2.parquet",
        "orders/o1-2of2.parquet",
        "rounds/o1.parquet",
    ]


def test_the_batches_of_a_round_are_loaded_together_or_after_a_while_what_there_is(
    zone, pieces, a_watch, tmp_path, noon
):
    rounds.write_round(zone, pieces, a_watch(), MANNERS, "1.0")
    put(zone, tmp_path, "o1-2of2", noon)
    waiting = zone.look()
    put(zone, tmp_path, "o1-1of2", noon)
    put(zone, tmp_path, "o0-1of3", noon)  # its round is over: it comes again, or late

    assert ready(waiting) == []
    assert ready(replace(waiting, now=waiting.now + PATIENCE + timedelta(seconds=1))) == [("o1-2of2",)]
    assert sorted(ready(zone.look())) == [("o0-1of3",), ("o1-1of2", "o1-2of2")]


def test_an_order_that_is_closed_is_gone_with_all_that_belongs_to_it(zone, pieces, a_watch, tmp_path, noon):
    rounds.write_round(zone, pieces, a_watch(), MANNERS, "1.0")
    put(zone, tmp_path, "o1-1of2", noon)
    for name in ("o1-1of2.1", "o1-1of2.2", "o1-2of2.1"):
        zone.write(f"leases/{name}.json", b"")

    rounds.close_order(zone, zone.look(), "o1-1of2")

    listing = zone.look()
    assert rounds.open_orders(listing) == ["o1-2of2"]
    assert (listing.names("batches"), listing.names("leases")) == ([], ["o1-2of2.1.json"])
