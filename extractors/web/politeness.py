"""One request at a time to a site, a pause between the starts of two, a budget a day; none while a host rests.

A site is a registrable domain (`extractors.hosts.site_of`): its hosts are mostly one server, or one owner's at least.
What a host itself asks for holds for that host: `Crawl-delay` and `Retry-After` say nothing of its neighbours.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from extractors.budget import POLLS, Spending, added
from extractors.clock import Clock
from extractors.errors import TransientFetchError
from extractors.hosts import site_of
from extractors.orders import HostRest, Purpose, Request, SiteUse

#: A crawl delay longer than this is taken as this, or one site would hold up a run.
LONGEST_DELAY = timedelta(seconds=60)
#: How long a host rests that says it was asked too often (429), and not for how long: as Unread Cloud does
#: (https://goldenhillsoftware.com/2024/08/feed-polling-for-unread-cloud).
UNTOLD_REST = timedelta(hours=4)
#: Status of an answer: asked too often (RFC 6585, section 4).
TOO_MANY_REQUESTS = 429
#: After a 429 the other hosts of its site are asked no sooner than so many pauses later: 30 s, where one is 5 s (field
#: practice, after Media Cloud).
_PAUSES_AFTER_429 = 6
#: A sleep may end a moment early.
_GRAIN_S = 0.001


class Turns:
    """Whose turn it is: per site, requests follow each other `spacing` apart; sites do not wait for each other.

    Made for one run of an event loop.
    """

    def __init__(
        self,
        spacing: timedelta,
        ages: Mapping[str, timedelta] | None = None,
        hurried: Iterable[str] = (),
    ) -> None:
        """Start with what is known of sites asked before this run.

        `ages` tells how long ago their last request began, `hurried` are those that answered it with 429.
        """
        self._spacing = spacing
        self._ages = dict(ages or {})
        self._delays: dict[str, timedelta] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._began: dict[str, float] = {}
        self._hurried = set(hurried)

    def too_many(self, host: str) -> None:
        """Make the next pause at the site of `host` a longer one: it said that it was asked too often (429)."""
        self._hurried.add(site_of(host))

    def slow_down(self, host: str, delay: timedelta) -> None:
        """Keep at least `delay` (60 s at most) between a request to the site of `host` and one to it, as it asks."""
        self._delays[host] = min(delay, LONGEST_DELAY)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold the turn of the site of `host`: wait until no other request runs and the pause is over."""
        site = site_of(host)
        async with self._locks.setdefault(site, asyncio.Lock()):
            pause = max(self._spacing, self._delays.get(host, self._spacing)).total_seconds()
            pause *= _PAUSES_AFTER_429 if site in self._hurried else 1
            wait = pause - self._since(site) if pause > 0 else 0.0
            if wait > 0:
                await asyncio.sleep(wait + _GRAIN_S)
            yield

    def begin(self, host: str) -> float | None:
        """Note that a request to `host` begins now; return the seconds since the one before to its site began.

        None for the first. The pause counts from here, not from the turn: looking up a name takes time, and the server
        does not see that.
        """
        site, now = site_of(host), asyncio.get_running_loop().time()
        since = self._since(site)
        self._began[site] = now
        self._hurried.discard(site)
        return None if since == float("inf") else since

    def _since(self, site: str) -> float:
        now = asyncio.get_running_loop().time()
        age = self._ages.pop(site, None)
        if age is not None:
            # A clock that was set back makes no request lie ahead.
            self._began.setdefault(site, now - max(age.total_seconds(), 0.0))
        return now - self._began[site] if site in self._began else float("inf")


def used_with(used: Iterable[SiteUse], requests: Iterable[Request]) -> dict[str, SiteUse]:
    """Return what was asked of each site: what is `used`, and these requests more."""
    found = {one.site: one for one in used}
    for request in requests:
        one = SiteUse(
            site=site_of(request.host),
            requests=1,
            asked_at=request.started_at,
            pages=int(request.purpose not in POLLS),
            too_many=request.http_status == TOO_MANY_REQUESTS,
        )
        before = found.get(one.site)
        found[one.site] = one if before is None else added(one, before)
    return found


class Budget:
    """How many requests a site gets in 24 hours, over all runs: polls and pages two thirds of it each at the most."""

    def __init__(self, most: int | None, used: Iterable[SiteUse] = ()) -> None:
        """Start with what each site got before; `most` None sets no bound."""
        self._spending = Spending(most, used)

    def refuse(self, url: str, host: str, purpose: Purpose) -> None:
        """Return if `host` may be asked for `purpose`.

        Raises:
            TransientFetchError: its site got what it gets in a day (`budget`).
        """
        site = site_of(host)
        if not self._spending.has_room(site, purpose):
            requests, most = self._spending.requests(site), self._spending.most
            raise TransientFetchError(
                url,
                "budget",
                f"{site} was asked enough for a day",
                evidence=f"{site}: {requests} requests in 24 hours; {most} are the most",
            )

    def count(self, host: str, purpose: Purpose) -> None:
        """Note that a request to `host` begins."""
        self._spending.count(site_of(host), purpose)


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
