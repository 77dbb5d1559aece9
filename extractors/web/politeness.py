"""One request at a time to a host, and a pause between the starts of two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

#: A crawl delay longer than this is taken as this, or one site would hold up a run.
LONGEST_DELAY = timedelta(seconds=60)


class Turns:
    """Whose turn it is: per host, requests follow each other `spacing` apart; hosts do not wait for each other.

    Made for one run of an event loop.
    """

    def __init__(self, spacing: timedelta) -> None:
        """Start with no host known."""
        self._spacing = spacing
        self._delays: dict[str, timedelta] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._started: dict[str, float] = {}

    def slow_down(self, host: str, delay: timedelta) -> None:
        """Keep at least `delay` (60 s at most) between two requests to `host`, as it asks."""
        self._delays[host] = min(delay, LONGEST_DELAY)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold the turn of `host`: wait until no other request runs and the pause is over."""
        async with self._locks.setdefault(host, asyncio.Lock()):
            loop = asyncio.get_running_loop()
            pause = max(self._spacing, self._delays.get(host, self._spacing)).total_seconds()
            wait = self._started.get(host, -pause) + pause - loop.time() if host in self._started else 0.0
            if wait > 0:
                await asyncio.sleep(wait)
            self._started[host] = loop.time()
            yield
