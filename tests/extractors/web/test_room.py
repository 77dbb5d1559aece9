"""Room for large bodies: never more is out than there is, nobody waits for ever, and it holds for the client too."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.clock import standing_clock
from extractors.errors import TransientFetchError
from extractors.web.client import PAGE_LIMITS, Asking, Client
from extractors.web.room import Room

MOST = 100
#: What one task asks for, one body after the other: wanted, and what became of it.
TASK = st.lists(st.tuples(st.integers(1, 150), st.integers(0, 150)), min_size=1, max_size=4)


@given(tasks=st.lists(TASK, min_size=1, max_size=8), ends=st.lists(st.booleans(), min_size=8, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_more_is_held_than_there_is_and_every_task_comes_to_its_end(tasks, ends):
    held = {}

    async def one(room, number, bodies, says_so):
        for wanted, became in bodies:
            held.pop(number, None)  # the one before goes back
            await room.take(wanted)
            held[number] = min(wanted, MOST)
            assert sum(held.values()) <= MOST
            await asyncio.sleep(0)
            room.shrink(became)
            held[number] = min(held[number], became)
        del held[number]
        if says_so:
            room.done()

    async def all_of_them():
        room = Room(MOST)
        works = (one(room, number, bodies, ends[number]) for number, bodies in enumerate(tasks))
        await asyncio.wait_for(asyncio.gather(*works), 5)
        await asyncio.wait_for(asyncio.create_task(room.take(MOST)), 1)  # all of it is free again

    asyncio.run(all_of_them())


def test_who_gives_up_waiting_takes_nothing():
    async def waits_and_gives_up():
        room, enough = Room(MOST), asyncio.Event()

        async def holder():
            await room.take(MOST)
            await enough.wait()

        task = asyncio.create_task(holder())
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(room.take(1), 0.01)
        enough.set()
        await task
        await asyncio.wait_for(room.take(MOST), 1)

    asyncio.run(waits_and_gives_up())


def test_large_pages_wait_for_room_within_their_deadline(site, manners, noon):
    size, most = 2_000_000, 32
    site.give("/large", b"<p>" + b"word " * (size // 5 - 1) + b"\n</p>"[:2])
    site.give("/small", b"<p>word")
    limits = replace(PAGE_LIMITS, total_s=0.5)

    async def hold_all_room():
        enough = asyncio.Event()
        async with Client(
            replace(manners, connect_to=stand_ins(site.port, most)), standing_clock(noon)
        ) as client:

            async def hold(number):
                await client.get(f"http://h{number}.example/large", PAGE_LIMITS, Asking(purpose="page"))
                fetched.append(number)
                if len(fetched) == most - 2:  # each has asked for room for 5 MB, and kept it for its 2
                    full.set()
                await enough.wait()

            fetched, full = [], asyncio.Event()
            tasks = [asyncio.create_task(hold(number)) for number in range(most)]
            await full.wait()
            with pytest.raises(TransientFetchError, match="timeout"):
                await client.get(f"http://h{most}.example/large", limits, Asking(purpose="page"))
            small = await client.get(f"http://h{most + 1}.example/small", limits, Asking(purpose="page"))
            enough.set()
            await asyncio.gather(*tasks)
            large = await client.get(f"http://h{most + 2}.example/large", limits, Asking(purpose="page"))
            return len(small.body), len(large.body)

    small, large = asyncio.run(asyncio.wait_for(hold_all_room(), 20))
    assert small == 7
    assert large > 1_900_000


def stand_ins(port, most):
    return tuple((f"h{number}.example", f"127.0.0.1:{port}") for number in range(most + 3))
