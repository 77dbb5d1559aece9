"""Works of many hosts: side by side, but those of one host one after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from extractors.hosts import host_of
from extractors.web.client import Client

#: Hosts that are asked at the same time.
_HOSTS_AT_ONCE = 32

Work = TypeVar("Work")
Done = TypeVar("Done")


async def by_host(
    works: Sequence[Work],
    url_of: Callable[[Work], str],
    do: Callable[[Work], Awaitable[Done]],
    client: Client,
) -> list[Done]:
    """Do all works: those of one host one after the other, hosts side by side; results in the order given."""
    hosts: dict[str, list[int]] = {}
    for index, work in enumerate(works):
        hosts.setdefault(host_of(url_of(work)), []).append(index)
    done: dict[int, Done] = {}
    room = asyncio.Semaphore(_HOSTS_AT_ONCE)

    async def one_host(indexes: list[int]) -> None:
        async with room:
            for index in indexes:
                try:
                    done[index] = await do(works[index])
                finally:
                    client.let_go()

    async with asyncio.TaskGroup() as group:
        for indexes in hosts.values():
            group.create_task(one_host(indexes))
    return [done[index] for index in range(len(works))]
