"""One visit to a source: conditional request, listing, and what to remember for the next visit."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog

from extractors.articles.rights import notices_of_headers
from extractors.articles.workers import ExtractionPool
from extractors.clock import Clock
from extractors.doctor import advice_for
from extractors.errors import ExtractionError, FetchError, NewswatchError, ParseError
from extractors.orders import Kill, Learned, Poll, SourceOrder, Unconditional, Validator, quarantine_key
from extractors.reading import Job, ListingJob, PageJob, Refused, Result
from extractors.records import Item, Source, item_keys
from extractors.sources.listing import Listing, bounded, older_part
from extractors.web.client import Client
from extractors.web.exchange import FEED_LIMITS, Answer, Asking, Limits
from extractors.web.robots import Robots

log = structlog.get_logger()

#: Kinds whose address the user did not type as a feed: they obey robots.txt (field practice: a feed is user-directed).
_ROAMING = ("sitemap", "page")
#: Kinds of which the new entries alone are a listing: a feed, be it that of a search.
_ADDED_TO = ("feed", "search")
#: What ends a worker.
KILLS = frozenset({"timeout", "crash", "memory"})
#: Of what failed so, nobody has read a byte.
_UNREAD = KILLS | {"no-worker"}
#: So long before the last poll must a new item be dated to show that the 304 of that poll was false: feeds list items
#: some minutes after the moment they are dated.
_SURELY_BEFORE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a collection works with: network, rules of the sites, workers, time, and what is known already.

    `known` are the `item_keys` of items that need no fetch, `quarantined` the keys of bytes that are not read any more;
    `kills` takes those that end a worker now.
    """

    client: Client
    robots: Robots
    pool: ExtractionPool[Job, Result]
    clock: Clock
    known: frozenset[str] = frozenset()
    quarantined: frozenset[str] = frozenset()
    kills: list[Kill] = field(default_factory=list)

    def learned(self) -> Learned:
        """Return what was asked so far, and what was learned of hosts."""
        return Learned(
            requests=tuple(self.client.requests),
            rests=self.client.learned_rests(),
            robots=self.robots.learned(),
        )

    async def roam(self, url: str, limits: Limits, asking: Asking) -> Answer:
        """Fetch what nobody typed as a feed: robots.txt is obeyed, also by the targets of redirects.

        Raises:
            FetchError: as `Robots.check` and `Client.get`.
        """
        await self.robots.check(url)
        return await self.client.get(url, limits, replace(asking, gate=self.robots.check))

    async def read(self, job: Job, url: str, body: bytes) -> Result:
        """Let a worker do `job`, which reads `body`, had from `url`.

        Raises:
            ExtractionError: `quarantined`, or as `ExtractionPool.run`.
        """
        key = quarantine_key(url, body)
        if key in self.quarantined:
            raise ExtractionError(url, "quarantined", "reading this ended the worker process twice")
        try:
            return await self.pool.run(job, url)
        except ExtractionError as error:
            if error.cause in KILLS:
                self.kills.append(Kill(key=key, url=url, killed_at=self.clock(), cause=error.cause))
            raise

    async def read_page(self, source: Source, item: Item, answer: Answer) -> Result:
        """Let a worker read the page that came for `item`: its article, or `Refused` where there is none on it.

        Raises:
            ExtractionError: as `read`.
        """
        job = PageJob(
            source=source,
            item=item,
            url=answer.url,
            body=answer.body,
            content_type=answer.content_type,
            now=self.clock(),
            rights=notices_of_headers(answer.rights),
        )
        return await self.read(job, answer.url, answer.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A poll, and the items it listed in the order of the source (empty unless `poll.outcome` is `new`).

    `source` is what was read, which is not what was ordered where `poll.instead` is set. `page` is the answer itself
    where the source is a page that is watched for its own change, `web_page` the one that came where a feed or sitemap
    was expected; both None otherwise.
    """

    poll: Poll
    source: Source
    items: tuple[Item, ...] = field(default=(), repr=False)
    page: Answer | None = field(default=None, repr=False)
    web_page: Answer | None = field(default=None, repr=False)


async def visit(told: SourceOrder, means: Means, *, discovering: bool = False) -> Visit:
    """Poll one source. Whatever goes wrong with it is told in the poll; nothing is raised.

    `discovering` marks the requests as those of a look for another listing.
    """
    started_at, started = means.clock(), time.perf_counter()
    source = told.source
    blank = Poll(
        source_id=source.source_id,
        url=source.url,
        started_at=started_at,
        outcome="failed",
        validators=told.validators,
    )
    try:
        found = await _asked(told, blank, means, discovering=discovering)
    except NewswatchError as error:
        found = Visit(poll=_failed(blank, error, source), source=source)
    except Exception as error:
        log.exception("poll_failed_unforeseen", source_id=source.source_id)
        failure = ExtractionError(source.url, "failed", type(error).__name__)
        found = Visit(poll=_failed(blank, failure, source), source=source)
    poll = replace(found.poll, seconds=time.perf_counter() - started, robots=means.robots.allows(source.url))
    return replace(found, poll=poll)


async def _asked(told: SourceOrder, blank: Poll, means: Means, *, discovering: bool) -> Visit:
    source = told.source
    asking = Asking(
        purpose="discovery" if discovering else "audit" if told.audit else "poll",
        source_id=source.source_id,
        validators=told.validators,
        unconditional=_unconditional(told),
        delta=source.kind in _ADDED_TO,
    )
    get = means.roam if source.kind in _ROAMING else means.client.get
    answer = await get(source.url, FEED_LIMITS, asking)
    before = asking.known(answer.validator.url)
    poll = replace(
        blank,
        outcome="unchanged",
        http_status=answer.status,
        bytes=answer.wire_bytes,
        wait_s=answer.fresh_s,
        moved_to=answer.moved_to,
        audited=told.audit and before is not None,
        partial=answer.partial_of is not None,
    )
    validator, listing = answer.validator, None
    if before is not None:
        validator = replace(validator, more=before.more)
    if not answer.repeats(before):
        try:
            listing = await parsed(source, answer, means)
        except NewswatchError as error:
            return _unreadable(told, _failed(blank, error, source), validator, answer)
        validator = replace(validator, more=listing.more)
        poll = _listed(poll, listing)
        if told.asked_at is None and source.kind == "feed":
            poll = replace(poll, older=older_part(answer.url, listing, (source.url,)))
    items, validators = await _with_more(told, listing, validator, means)
    if listing is None and not items:
        return Visit(poll=replace(poll, validators=validators), source=source)
    # What a sitemap index points to changes while the index itself does not: that is no lie.
    own = listing.items if listing is not None else ()
    keys = dict.fromkeys(key for item in items for key in item_keys(item))
    poll = replace(poll, outcome="new", items=len(items), keys=tuple(keys), validators=validators)
    poll = replace(poll, lied=poll.audited and _lied(told, before, answer, _unknown(own, told, means)))
    return Visit(poll=poll, source=source, items=items, page=answer if source.text else None)


def _unreadable(told: SourceOrder, failed: Poll, validator: Validator, answer: Answer) -> Visit:
    """Return the visit to a source whose answer is no listing.

    Its validators are kept, so that it is asked conditionally still; its hash is not, so that the same bytes are read
    again where they come: by a later version of this program perhaps with success. Where the worker ended, nobody has
    read the answer, and those of the one before stay: a 304 to the new ones would hide what it lists. So they do where
    the answer listed only what was new since then.
    """
    kept = replace(answer.partial_of or validator, body_hash=None)
    if failed.cause in _UNREAD:
        kept = next(
            (one for one in told.validators if one.url == validator.url), Validator(url=validator.url)
        )
    others = tuple(one for one in told.validators if one.url != validator.url)
    poll = replace(
        failed,
        http_status=answer.status,
        bytes=answer.wire_bytes,
        moved_to=answer.moved_to,
        validators=(kept, *others),
    )
    web_page = answer if failed.cause == "html-for-xml" else None
    return Visit(poll=poll, source=told.source, web_page=web_page)


def _unconditional(told: SourceOrder) -> Unconditional | None:
    if not told.trusted:
        return "untrusted"
    return "audit" if told.audit else None


def _listed(poll: Poll, listing: Listing) -> Poll:
    """Return `poll` with what the listing itself asks."""
    waits = [wait for wait in (poll.wait_s, listing.wait_s) if wait is not None]
    return replace(
        poll,
        wait_s=max(waits, default=None),
        skip_hours=listing.skip_hours,
        skip_days=listing.skip_days,
        closed=listing.closed,
        complete=listing.complete and not poll.partial,
    )


def _unknown(items: Iterable[Item], told: SourceOrder, means: Means) -> list[Item]:
    """Return the items that were never listed before; those whose page could not be had yet were."""
    pending = {item.url for item in told.pending}
    return [item for item in items if item.url not in pending and means.known.isdisjoint(item_keys(item))]


def _lied(told: SourceOrder, before: Validator | None, answer: Answer, new: list[Item]) -> bool:
    """Tell whether the 304s before this audit were false.

    They were if there is news that carries the validators of the old answer, or that was there before the last poll.
    """
    if before is None or not new or told.asked_at is None:
        return False
    after = answer.validator
    carried = (before.etag, before.last_modified)
    if carried != (None, None) and carried == (after.etag, after.last_modified):
        return True
    dated = [item.published_at for item in new if item.published_at is not None]
    changed = _moment(after.last_modified)
    return (changed is not None and changed <= told.asked_at) or any(
        moment <= told.asked_at - _SURELY_BEFORE for moment in dated
    )


def _moment(last_modified: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(last_modified or "")
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


async def _with_more(
    told: SourceOrder, listing: Listing | None, own: Validator, means: Means
) -> tuple[tuple[Item, ...], tuple[Validator, ...]]:
    """Return the items of the listing and of those it points to, and the validators of all of them.

    A listing that is pointed to and cannot be had is asked again the next time, as it was known before.

    Raises:
        NewswatchError: none of those that are pointed to can be had.
    """
    known = {one.url: one for one in told.validators}
    items = list(listing.items) if listing is not None else []
    validators, failures = [own], []
    for url in own.more:
        try:
            more, validator = await _one_more(told, url, means)
        except NewswatchError as error:
            log.warning("listing_failed", source_id=told.source.source_id, error=str(error))
            failures.append(error)
            validators.append(known.get(url, Validator(url=url)))
        else:
            items.extend(more)
            validators.append(validator)
    if failures and len(failures) == len(own.more):
        raise failures[0]
    return bounded(items), tuple(validators)


async def _one_more(told: SourceOrder, url: str, means: Means) -> tuple[tuple[Item, ...], Validator]:
    """Return the items of one listing that a sitemap index points to (none where it is unchanged)."""
    asking = Asking(
        purpose="listing",
        source_id=told.source.source_id,
        validators=told.validators,
        unconditional=_unconditional(told),
    )
    answer = await means.roam(url, FEED_LIMITS, asking)
    if answer.repeats(asking.known(answer.validator.url)):
        return (), answer.validator
    return (await parsed(told.source, answer, means)).items, answer.validator


async def parsed(source: Source, answer: Answer, means: Means) -> Listing:
    """Parse in a worker: a feed can keep a parser busy for ten seconds and more, and only a process can be ended.

    Raises:
        ParseError: the answer is no such listing.
        ExtractionError: reading it ended the worker.
    """
    job = ListingJob(
        source=source, url=answer.url, body=answer.body, content_type=answer.content_type, now=means.clock()
    )
    result = await means.read(job, answer.url, answer.body)
    if isinstance(result, Refused):
        raise ParseError(answer.url, result.cause, result.detail)
    if not isinstance(result, Listing):
        raise ParseError(answer.url, "failed", "a worker answered another question")
    return result


def _failed(blank: Poll, error: NewswatchError, source: Source) -> Poll:
    """Return the poll that tells `error`; the validators stay those of the last answer that was used."""
    fetch = error if isinstance(error, FetchError) else None
    cause = error.cause if isinstance(error, FetchError | ParseError | ExtractionError) else "failed"
    return replace(
        blank,
        outcome="failed",
        http_status=fetch.status if fetch else None,
        error=str(error),
        cause=cause,
        evidence=fetch.evidence if fetch else None,
        advice=advice_for(cause, source.kind),
        retry_after_s=fetch.retry_after_s if fetch else None,
    )
