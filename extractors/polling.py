"""One visit to a source: conditional request, listing, and what to remember for the next visit."""

import time
from dataclasses import dataclass, field, replace

import structlog

from extractors.advice import advice_for
from extractors.articles.workers import ExtractionPool
from extractors.clock import Clock
from extractors.errors import ExtractionError, FetchError, NewswatchError, ParseError
from extractors.reading import Job, ListingJob, Refused, Result
from extractors.records import Item, Poll, SourceOrder, content_hash, item_keys
from extractors.sources.listing import Listing, bounded
from extractors.web.client import FEED_LIMITS, Answer, Client
from extractors.web.robots import Robots

log = structlog.get_logger()

_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a collection works with: network, rules of the sites, workers, time."""

    client: Client
    robots: Robots
    pool: ExtractionPool[Job, Result]
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A poll, and the items it listed in the order of the source (empty unless `poll.outcome` is `new`)."""

    poll: Poll
    items: tuple[Item, ...] = field(default=(), repr=False)


async def visit(told: SourceOrder, means: Means) -> Visit:
    """Poll one source. Whatever goes wrong with it is told in the poll; nothing is raised."""
    started_at, started = means.clock(), time.perf_counter()
    blank = Poll(
        source_id=told.source.source_id,
        started_at=started_at,
        outcome="failed",
        etag=told.etag,
        last_modified=told.last_modified,
        body_hash=told.body_hash,
    )
    try:
        found = await _asked(told, blank, means)
    except NewswatchError as error:
        found = Visit(poll=_failed(blank, error))
    except Exception as error:
        log.exception("poll_failed_unforeseen", source_id=told.source.source_id)
        found = Visit(poll=_failed(blank, ExtractionError(told.source.url, "failed", type(error).__name__)))
    poll = replace(found.poll, seconds=time.perf_counter() - started)
    log.info(
        "source_polled",
        source_id=poll.source_id,
        outcome=poll.outcome,
        items=poll.items,
        cause=poll.cause,
        seconds=round(poll.seconds, 3),
    )
    return replace(found, poll=poll)


async def _asked(told: SourceOrder, blank: Poll, means: Means) -> Visit:
    source = told.source
    if source.kind in ("sitemap", "page"):
        await means.robots.check(source.url)
    answer = await means.client.get(source.url, FEED_LIMITS, etag=told.etag, last_modified=told.last_modified)
    if answer.status == _NOT_MODIFIED:
        return Visit(poll=_answered(blank, answer, outcome="unchanged"))
    found = content_hash(answer.body)
    if found == told.body_hash:
        return Visit(poll=_answered(blank, answer, outcome="unchanged"))
    try:
        listing = await _listed(told, answer, means)
    except NewswatchError as error:
        return Visit(poll=replace(_failed(blank, error), http_status=answer.status, bytes=answer.wire_bytes))
    poll = replace(_answered(blank, answer, outcome="new"), body_hash=found)
    if listing.more:
        # An index stays as it is while what it points to changes: it must be read anew every time.
        poll = replace(poll, etag=None, last_modified=None, body_hash=None)
    keys = dict.fromkeys(key for item in listing.items for key in item_keys(item))
    wait_s = _longest(poll.wait_s, listing.wait_s)
    poll = replace(poll, items=len(listing.items), keys=tuple(keys), wait_s=wait_s)
    return Visit(poll=poll, items=listing.items)


async def _listed(told: SourceOrder, answer: Answer, means: Means) -> Listing:
    """Parse in a worker: a feed can keep a parser busy for ten seconds and more, and only a process can be ended.

    Of a sitemap index, the sitemaps it points to are read too; one that fails fails the poll, or its items
    would be taken for unchanged the next time.
    """
    listing = await _parsed(told, answer, means)
    items = list(listing.items)
    for url in listing.more:
        await means.robots.check(url)
        items.extend((await _parsed(told, await means.client.get(url, FEED_LIMITS), means)).items)
    return replace(listing, items=bounded(items))


async def _parsed(told: SourceOrder, answer: Answer, means: Means) -> Listing:
    job = ListingJob(
        source=told.source,
        url=answer.url,
        body=answer.body,
        content_type=answer.content_type,
        now=means.clock(),
    )
    result = await means.pool.run(job, answer.url)
    if isinstance(result, Refused):
        raise ParseError(answer.url, result.cause, result.detail)
    if not isinstance(result, Listing):
        raise ParseError(answer.url, "failed", "a worker answered another question")
    return result


def _answered(blank: Poll, answer: Answer, *, outcome: str) -> Poll:
    """Return the poll of an answer; a 304 carries the validators on that it does not repeat."""
    unchanged = answer.status == _NOT_MODIFIED
    return replace(
        blank,
        outcome="unchanged" if outcome == "unchanged" else "new",
        http_status=answer.status,
        bytes=answer.wire_bytes,
        etag=answer.etag or (blank.etag if unchanged else None),
        last_modified=answer.last_modified or (blank.last_modified if unchanged else None),
        wait_s=answer.fresh_s,
    )


def _failed(blank: Poll, error: NewswatchError) -> Poll:
    """Return the poll that tells `error`; the validators stay those of the last answer that was used."""
    fetch = error if isinstance(error, FetchError) else None
    cause = error.cause if isinstance(error, FetchError | ParseError | ExtractionError) else "failed"
    return replace(
        blank,
        outcome="failed",
        http_status=fetch.status if fetch else None,
        error=str(error),
        cause=cause,
        advice=advice_for(cause),
        wait_s=fetch.retry_after_s if fetch else None,
    )


def _longest(*waits: float | None) -> float | None:
    return max((wait for wait in waits if wait is not None), default=None)
