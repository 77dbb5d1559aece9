"""Sources tried by hand, many at once: what one of them holds is given back for the others."""

import asyncio
from datetime import timedelta

from extractors.clock import standing_clock
from extractors.orders import Order, SourceOrder
from extractors.records import Source
from extractors.trying import try_sources
from extractors.web.room import Room
from tests.hostile.server import Server, document

ITEM = "<item><title>BAIC</title><link>/1</link></item>"


def feed(padding=0):
    text = f"<rss version='2.0'><channel><title>t</title>{ITEM}{' ' * padding}</channel></rss>"
    return document(text, "application/rss+xml")


def test_a_large_answer_gives_its_room_back_once_it_is_read(a_watch, manners, noon, monkeypatch):
    # Room for one listing while it comes (10 MB) and for what another one of 2 MB leaves: not for both.
    monkeypatch.setattr("extractors.web.wire.Room", lambda: Room(11_000_000))
    read, served, waited = asyncio.Event(), asyncio.Event(), []

    async def last(exchange):
        """Answer once the other host's large listing was read; `waited` tells if that was not to be."""
        read.set()
        try:
            await asyncio.wait_for(served.wait(), 5)
        except TimeoutError:
            waited.append(exchange.host)
        await feed()(exchange)

    async def other(exchange):
        await read.wait()
        if exchange.path == "/2":
            served.set()
        await feed(2_000_000 if exchange.path == "/1" else 0)(exchange)

    async def first(exchange):
        await (feed(2_000_000) if exchange.path == "/1" else last)(exchange)

    with Server({"127.0.0.1": first, "localhost": other}) as server:
        sources = [
            Source(
                source_id=f"{host}{path}",
                kind="feed",
                url=f"http://{host}:{server.port}{path}",
                every=timedelta(hours=1),
            )
            for host in ("127.0.0.1", "localhost")
            for path in ("/1", "/2")
        ]
        order = Order(
            order_id="o", created_at=noon, sources=tuple(SourceOrder(source=one) for one in sources)
        )
        trial = try_sources(order, a_watch(), manners, standing_clock(noon))

    assert [tried.poll.items for tried in trial.tried] == [1, 1, 1, 1]
    assert waited == []
