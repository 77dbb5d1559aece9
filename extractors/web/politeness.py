"""One request at a time to a host, a pause between the starts of two, and none at all while it wants a rest."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from extractors.clock import Clock
from extractors.errors import TransientFetchError
from extractors.orders import HostRest

#: A crawl delay longer than this is taken as this, or one site would hold up a run.
LONGEST_DELAY = timedelta(seconds=60)
#: How long a host rests that says it was asked too often (429), and not for how long: as Unread Cloud does
#: (https://goldenhillsoftware.com/2024/08/feed-polling-for-unread-cloud).
UNTOLD_REST = timedelta(hours=4)
#: A sleep may end a moment early.
_GRAIN_S = 0.001


class Turns:
    """Whose turn it is: per host, requests follow each other `spacing` apart; hosts do not wait for each other.

    Made for one run of an event loop.
    """

    def __init__(self, spacing: timedelta, ages: Mapping[str, timedelta] | None = None) -> None:
        """Start with what is known of hosts asked before this run: how long ago their last request began."""
        self._spacing = spacing
        self._ages = dict(ages or {})
        self._delays: dict[str, timedelta] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._began: dict[str, float] = {}

    def slow_down(self, host: str, delay: timedelta) -> None:
        """Keep at least `delay` (60 s at most) between two requests to `host`, as it asks."""
        self._delays[host] = min(delay, LONGEST_DELAY)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold the turn of `host`: wait until no other request runs and the pause is over."""
        async with self._locks.setdefault(host, asyncio.Lock()):
            pause = max(self._spacing, self._delays.get(host, self._spacing)).total_seconds()
            wait = pause - self._since(host) if pause > 0 else 0.0
            if wait > 0:
                await asyncio.sleep(wait + _GRAIN_S)
            yield

    def begin(self, host: str) -> float | None:
        """Note that a request to `host` begins now; return the seconds since the one before began, None for the first.

        The pause counts from here, not from the turn: looking up a name takes time, and the server does not see that.
        """
        now = asyncio.get_running_loop().time()
        before = self._began.get(host)
        self._began[host] = now
        return None if before is None else now - before

    def _since(self, host: str) -> float:
        now = asyncio.get_running_loop().time()
        if host in self._ages:
            self._began.setdefault(host, now - self._ages.pop(host).total_seconds())
        return now - self._began[host] if host in self._began else float("inf")


class Rests:
    """The hosts that asked to be left alone (429, or 503 with Retry-After), and until when."""

    def __init__(self, clock: Clock, known: Iterable[HostRest] = (), told: Iterable[HostRest] = ()) -> None:
        """Start with what is `known`, and with what was `told` earlier in the same collection."""
        self._clock = clock
        self._told = {rest.host: rest for rest in told}
        self._until = {rest.host: rest for rest in (*known, *self._told.values())}
        self._stopped: set[str] = set()

    def refuse(self, url: str, host: str) -> None:
        """Return if `host` may be asked.

        Raises:
            TransientFetchError: it rests (`resting`), with the seconds left.
        """
        rest = self._until.get(host)
        if rest is None:
            return
        left_s = max((rest.until - self._clock()).total_seconds(), 0.0)
        # What was told in this run holds to its end, or a short pause would be asked for over and over.
        if left_s > 0 or host in self._stopped:
            evidence = f"{rest.cause}; until {rest.until:%Y-%m-%d %H:%M:%S} UTC"
            raise TransientFetchError(
                url, "resting", f"{host} asked for a pause", retry_after_s=left_s, evidence=evidence
            )

    def add(self, host: str, seconds: float, cause: str) -> HostRest:
        """Let `host` rest for `seconds`, and to the end of this run; a longer rest that it asked for stays."""
        rest = HostRest(host=host, until=self._clock() + timedelta(seconds=seconds), cause=cause)
        known = self._until.get(host)
        if known is not None and known.until > rest.until:
            rest = known
        self._until[host] = self._told[host] = rest
        self._stopped.add(host)
        return rest

    def learned(self) -> tuple[HostRest, ...]:
        """Return what was told in this collection."""
        return tuple(self._told.values())
