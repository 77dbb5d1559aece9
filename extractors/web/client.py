"""HTTP requests with manners: turns, rests, checked addresses, deadlines; each on the ledger, each answer kept."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

import structlog

from extractors.clock import Clock
from extractors.errors import FetchError, PermanentFetchError, TransientFetchError
from extractors.orders import HostRest, Manners, Request, SiteUse, Validator
from extractors.records import content_hash
from extractors.web.caching import LONGEST_RETRY, freshness_s, retry_after_s
from extractors.web.exchange import (
    FEED_LIMITS,
    PAGE_LIMITS,
    ROBOTS_LIMITS,
    Answer,
    Asking,
    Gate,
    Limits,
    rights_in,
)
from extractors.web.guard import Guard, checked_url, host_of
from extractors.web.ledger import Ledger, Line, why_unconditional
from extractors.web.met import Met
from extractors.web.politeness import TOO_MANY_REQUESTS, UNTOLD_REST, Budget, Rests, Turns, used_with
from extractors.web.redirects import Trail
from extractors.web.refusals import challenge_header, status_refusal
from extractors.web.spool import Spool
from extractors.web.wire import Reply, Wire

__all__ = ["FEED_LIMITS", "PAGE_LIMITS", "ROBOTS_LIMITS", "Answer", "Asking", "Client", "Gate", "Limits"]

log = structlog.get_logger()

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses that another try may cure (RFC 9110, RFC 6585); every 5xx too.
_TRANSIENT = frozenset({408, 425, 429})
_FIRST_SERVER_ERROR = 500
_IM_USED, _NOT_MODIFIED, _UNAVAILABLE = 226, 304, 503
#: Asks for what is new or changed alone, where a feed has changed: RFC 3229 with `feed`, as field practice has it
#: (ExpressionEngine and Textpattern answer so; Liferea, Newsbeuter and picoFeed ask so).
_DELTA = "A-IM"
#: Many links may lead to one page.
_PAGES = frozenset({"page", "recheck"})


class Client:
    """The one door to the network, open for one run."""

    def __init__(
        self,
        manners: Manners,
        clock: Clock,
        *,
        rests: Iterable[HostRest] = (),
        used: Iterable[SiteUse] = (),
        spool: Spool | None = None,
        guard: Guard | None = None,
        admit: Gate | None = None,
    ) -> None:
        """Prepare the client.

        `rests` are hosts that are not to be asked yet, `used` what was asked of sites before. `spool` holds what the
        same collection was answered before it was ended: that is not asked again, and what is answered now goes into
        it; None keeps nothing. `guard` None is the one of `manners`. `admit` raises where an address, a redirect's
        too, is not ours to ask; None lets all be asked.
        """
        before, now = spool.requests if spool else (), clock()
        sites = used_with(used, before)
        ages = {site: now - one.asked_at for site, one in sites.items()}
        self.turns = Turns(manners.spacing, ages, [site for site, one in sites.items() if one.too_many])
        self._budget = Budget(manners.budget, sites.values())
        self._guard = guard or Guard(manners)
        self._admit = admit
        self._clock = clock
        self._wire = Wire(manners.user_agent)
        self._longest_s = manners.deadline.total_seconds()
        self._spool = spool
        self._rests = Rests(clock, rests, spool.rests if spool else ())
        self._ledger = Ledger(clock, before)
        self._met = Met(spool)

    async def __aenter__(self) -> Self:
        """Open the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._wire.close()

    @property
    def requests(self) -> list[Request]:
        """The ledger of this collection, in the order of start; what the spool brought stands first."""
        return self._ledger.requests

    def learned_rests(self) -> tuple[HostRest, ...]:
        """Return the hosts that asked for a rest in this collection."""
        return self._rests.learned()

    def let_go(self) -> None:
        """Give back the room that a large body took which this task had fetched: it has been read."""
        self._wire.room.done()

    async def get(self, url: str, limits: Limits, asking: Asking) -> Answer:
        """Fetch `url`, with its redirects; conditionally where `asking` knows validators of an address.

        What the spool has an answer to is not asked again, and a page to which another link led is not either.

        Raises:
            TransientFetchError: worth another try later.
            PermanentFetchError: will fail again until someone acts; or it leads to the page at the `url` of the error,
                which this collection has (`read-already`).
        """
        kept = self._spool.answer_to(url, asking.purpose) if self._spool else None
        if isinstance(kept, FetchError):
            raise kept
        if kept is not None and _serves(kept, asking):
            return kept
        if limits.total_s > self._longest_s:
            limits = replace(limits, total_s=self._longest_s)
        # Rules of robots.txt are no secret and are not believed more than they must be: better read than unread.
        way = _Way(url, downgrade=asking.purpose == "robots")
        try:
            answer = await self._follow(way, limits, asking)
        except FetchError as failure:
            error = way.told(failure)
            if way.failed_at is not None:
                self._met.failed(way.failed_at, error)
            self._keep(way, asking, error)
            if error is failure:
                raise
            raise error from failure
        self._keep(way, asking, answer)
        return answer

    async def _follow(self, way: "_Way", limits: Limits, asking: Asking) -> Answer:
        left_s, trail = limits.total_s, way.trail
        loop = asyncio.get_running_loop()
        while True:
            host = host_of(checked_url(trail.at))
            if self._admit is not None:
                await self._admit(trail.at)
            async with self.turns.turn(host):
                self._rests.refuse(trail.at, host)
                known = self._met.redirect_of(trail.at) if asking.purpose in _PAGES else None
                started = loop.time()
                if known is None:
                    self._budget.refuse(trail.at, host, asking.purpose)
                    answer = await self._hop(way, host, limits, asking, started + left_s)
                else:
                    trail.follow(*known)
                    answer = None
                left_s -= loop.time() - started
            if answer is not None:
                if asking.purpose in _PAGES and answer.status != _NOT_MODIFIED:
                    self._met.read(answer.url)
                return answer
            if asking.gate is not None:
                await asking.gate(trail.at)

    async def _hop(
        self, way: "_Way", host: str, limits: Limits, asking: Asking, deadline: float
    ) -> Answer | None:
        """Send one request; return the answer, None where it leads on."""
        url = way.trail.at
        async with _deadline(url, deadline, limits):
            target = await self._guard.target(url)
        known = asking.known(url)
        conditions = _conditions(known, asking) if known and why_unconditional(url, asking) is None else {}
        self._budget.count(host, asking.purpose)
        with self._ledger.line(url, host, asking, self.turns.begin(host), shown=way.trail.shown) as line:
            way.lines.append(line)
            way.failed_at = url if asking.purpose in _PAGES else None
            async with _deadline(url, deadline, limits):
                reply = await self._wire.exchange(url, target, limits, conditions, line)
            if reply.status in _REDIRECTS:
                way.failed_at = None
                self._lead(way, asking, reply)
                return None
            self._refuse(way, host, reply, line, asked=bool(conditions))
            return self._answer(way, reply, line, known, delta=_DELTA in conditions)

    def _lead(self, way: "_Way", asking: Asking, reply: Reply) -> None:
        """Go on to where a redirect points; whatever comes of it, its address need not be asked again."""
        url, location = way.trail.at, reply.headers.get("location")
        if asking.purpose in _PAGES:
            self._met.led(url, reply.status, location)
            way.hops.append((url, reply.status, location))
        way.trail.follow(reply.status, location)

    def _refuse(self, way: "_Way", host: str, reply: Reply, line: Line, *, asked: bool) -> None:
        """Raise unless there is an answer to use; `asked` tells whether a 304 can be one."""
        url, status, headers = way.trail.at, reply.status, reply.headers
        if status == _NOT_MODIFIED and asked:
            return
        if status == _NOT_MODIFIED:
            detail = "not modified, but nothing was known"
            raise TransientFetchError(
                url, "broken-answer", detail, status=status, evidence=f"status {status}"
            )
        if reply.is_success and not challenge_header(headers):
            return
        cause, evidence = status_refusal(status, headers, reply.body)
        line.retry_after_s = wait_s = retry_after_s(
            headers.get("retry-after"), self._clock(), headers.get("date")
        )
        if status == TOO_MANY_REQUESTS:
            self.turns.too_many(host)
            wait_s = UNTOLD_REST.total_seconds() if wait_s is None else wait_s
        if wait_s is not None and status in (TOO_MANY_REQUESTS, _UNAVAILABLE):
            way.rests.append(self._rests.add(host, wait_s, cause))
            evidence = f"{evidence}; retry-after: {headers.get('retry-after', 'not given')[:40]}"
            if wait_s >= LONGEST_RETRY.total_seconds():
                log.warning("retry_after_bounded", host=host, days=LONGEST_RETRY.days)
                evidence = f"{evidence} (taken as {LONGEST_RETRY.days} days)"
        kind = TransientFetchError if _may_heal(status, cause) else PermanentFetchError
        raise kind(
            url, cause, f"status {status}", status=status, retry_after_s=line.retry_after_s, evidence=evidence
        )

    def _answer(
        self, way: "_Way", reply: Reply, line: Line, known: Validator | None, *, delta: bool
    ) -> Answer:
        headers, url = reply.headers, way.trail.at
        etag, last_modified = headers.get("etag"), headers.get("last-modified")
        partial_of = known if delta and reply.status == _IM_USED else None
        if reply.status == _NOT_MODIFIED and known is not None:
            # A 304 changes what it names, and leaves the rest as it was (RFC 9111, section 4.3.4).
            validator = Validator(
                url=url,
                etag=etag or known.etag,
                last_modified=last_modified or known.last_modified,
                body_hash=known.body_hash,
                more=known.more,
            )
        elif partial_of is not None:
            validator = _added(partial_of, reply.body, etag, last_modified)
        else:
            hashed = content_hash(reply.body)
            validator = Validator(url=url, etag=etag, last_modified=last_modified, body_hash=hashed)
        return Answer(
            url=url,
            status=reply.status,
            body=reply.body,
            wire_bytes=line.bytes,
            content_type=headers.get("content-type"),
            etag=etag,
            last_modified=last_modified,
            fresh_s=freshness_s(
                headers.get("cache-control"),
                headers.get("age"),
                headers.get("expires"),
                headers.get("date"),
                self._clock(),
            ),
            validator=validator,
            moved_to=way.trail.moved_to,
            rights=rights_in(headers),
            partial_of=partial_of,
        )

    def _keep(self, way: "_Way", asking: Asking, result: Answer | FetchError) -> None:
        """Put what came into the spool; what never reached the network may be tried again."""
        if self._spool is not None and way.lines:
            requests = tuple(self._ledger.requests[line.index] for line in way.lines)
            self._spool.keep(
                way.url,
                asking.purpose,
                result,
                requests,
                tuple(way.rests),
                hops=tuple(way.hops),
                failed_at=way.failed_at,
            )


class _Way:
    """One `get` under way: its hops, and what they brought for the ledger."""

    def __init__(self, url: str, *, downgrade: bool) -> None:
        self.url = url
        self.trail = Trail(url, downgrade=downgrade)
        self.lines: list[Line] = []
        self.rests: list[HostRest] = []
        #: Redirects of pages: address, status and target.
        self.hops: list[tuple[str, int, str | None]] = []
        #: The address that was asked last, where it led nowhere else.
        self.failed_at: str | None = None

    def told(self, error: FetchError) -> FetchError:
        """Return `error` as it may be told: without what a redirect put into the query of an address."""
        hidden = error.url == self.trail.at != self.trail.shown
        return error.named(self.trail.shown) if hidden and error.cause != "read-already" else error


@asynccontextmanager
async def _deadline(url: str, when: float, limits: Limits) -> AsyncIterator[None]:
    """End what takes longer than until `when` (time of the loop)."""
    try:
        async with asyncio.timeout_at(when):
            yield
    except TimeoutError as error:
        evidence = f"not whole after {limits.total_s:g} s"
        raise TransientFetchError(url, "timeout", "the answer took too long", evidence=evidence) from error


def _serves(kept: Answer, asking: Asking) -> bool:
    """Tell whether what was answered then answers this too: a 304 does only to those who know the same body."""
    if kept.partial_of is not None:
        return asking.known(kept.url) == kept.partial_of
    if kept.status != _NOT_MODIFIED:
        return True
    known = asking.known(kept.url)
    return known is not None and known.body_hash == kept.validator.body_hash


def _may_heal(status: int, cause: str) -> bool:
    if cause == "bot-challenge":
        return status == TOO_MANY_REQUESTS
    return status in _TRANSIENT or status >= _FIRST_SERVER_ERROR


def _conditions(known: Validator, asking: Asking) -> Mapping[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    # What is new can be added to a whole that was read, and to nothing else.
    if asking.delta and known.body_hash is not None:
        conditions[_DELTA] = "feed"
    return {name: value for name, value in conditions.items() if value}


def _added(known: Validator, body: bytes, etag: str | None, last_modified: str | None) -> Validator:
    """Return the validator of the listing that `body` adds to: its hash is that of no body, and differs with each."""
    if not (etag or last_modified):
        etag, last_modified = known.etag, known.last_modified
    hashed = content_hash(f"{known.body_hash} {content_hash(body)}")
    return Validator(url=known.url, etag=etag, last_modified=last_modified, body_hash=hashed, more=known.more)
