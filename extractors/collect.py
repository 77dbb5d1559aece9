"""An order to a batch: the only file that ties web, sources, articles and signals together.

Sources of one host follow one another, hosts do not wait for each other. What goes wrong with one source or page
is told in its poll or outcome, and the others go on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import structlog

from extractors.advice import advice_for
from extractors.articles.workers import ExtractionPool
from extractors.clock import Clock
from extractors.errors import ExtractionError, FetchError, NewswatchError, TransientFetchError
from extractors.polling import Means, Visit, visit
from extractors.reading import PRELOAD, FeedTextJob, Job, PageJob, Reader, Refused, Result
from extractors.records import (
    Batch,
    CollectedArticle,
    Item,
    ItemOutcome,
    Manners,
    Order,
    Poll,
    Source,
    item_keys,
    stable_id,
)
from extractors.watch import Watch
from extractors.web.client import PAGE_LIMITS, Client
from extractors.web.robots import Robots

log = structlog.get_logger()

#: Hosts that are asked at the same time.
_HOSTS_AT_ONCE = 16
#: A page that failed so often is not asked for again.
_MOST_ATTEMPTS = 2
#: Seconds after which no further page is begun: what is left over is pending for the next order.
_FETCH_FOR_S = 600.0

Work = TypeVar("Work")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A page to fetch, and all items that point to it; the first one tells how it is read."""

    source: Source
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What became of a page: an article, or a state with its error."""

    article: CollectedArticle | None = None
    again: bool = False
    postponed: bool = False
    error: str | None = None


def extraction_pool(watch: Watch, manners: Manners) -> ExtractionPool[Job, Result]:
    """Return the worker processes that read for `watch`, to be used for many collections; none starts yet."""
    return ExtractionPool(Reader(watch), manners.workers, preload=PRELOAD)


def collect(
    order: Order,
    watch: Watch,
    manners: Manners,
    clock: Clock,
    pool: ExtractionPool[Job, Result] | None = None,
) -> Batch:
    """Carry out `order`: poll its sources, fetch and read what is new, and return all of it as one batch.

    `pool` None makes workers for this collection alone.
    """
    with nullcontext(pool) if pool is not None else extraction_pool(watch, manners) as workers:
        return asyncio.run(_collect(order, manners, clock, workers))


def poll_sources(order: Order, manners: Manners, clock: Clock) -> tuple[Poll, ...]:
    """Poll the sources of `order` without fetching a page; the polls come in the order of the sources."""

    async def polls() -> tuple[Poll, ...]:
        async with Client(manners, clock) as client:
            visits = await _visits(order, _means(client, manners, clock, workers))
        return tuple(one.poll for one in visits)

    # Reading a listing needs nothing of a watch.
    watch = Watch(name="none", title="none", languages=(), entities=())
    with extraction_pool(watch, manners) as workers:
        return asyncio.run(polls())


def read_address(url: str, watch: Watch, manners: Manners, clock: Clock) -> CollectedArticle:
    """Fetch and read the one page at `url`, which the user named (robots.txt is for programs that roam).

    Raises:
        FetchError: the page cannot be had.
        ExtractionError: there is no article on it.
    """
    source = Source(source_id="address", kind="page", url=url, every=timedelta(hours=1))
    item = Item(source_id=source.source_id, url=url)

    async def article() -> CollectedArticle:
        async with Client(manners, clock) as client:
            return await _read_page(source, item, _means(client, manners, clock, workers))

    with extraction_pool(watch, manners) as workers:
        return asyncio.run(article())


def _means(client: Client, manners: Manners, clock: Clock, pool: ExtractionPool[Job, Result]) -> Means:
    return Means(client=client, robots=Robots(client, manners.user_agent), pool=pool, clock=clock)


async def _collect(order: Order, manners: Manners, clock: Clock, pool: ExtractionPool[Job, Result]) -> Batch:
    async with Client(manners, clock) as client:
        means = _means(client, manners, clock, pool)
        visits = await _visits(order, means)
        wanted, polls = _wanted(order, visits)
        stop_at = time.monotonic() + _FETCH_FOR_S

        async def read(one: _Wanted) -> _Read:
            return await _read(one, means, stop_at)

        reads = await _by_host(wanted, lambda one: one.items[0].url, read)
    articles: dict[str, CollectedArticle] = {}
    for done in reads:
        if done.article is not None:
            articles.setdefault(done.article.article.url, done.article)
    pairs = zip(wanted, reads, strict=True)
    return Batch(
        batch_id=stable_id("b", order.order_id),
        order_id=order.order_id,
        collected_at=clock(),
        polls=polls,
        outcomes=tuple(_outcome(item, done) for one, done in pairs for item in one.items),
        articles=tuple(articles.values()),
    )


async def _visits(order: Order, means: Means) -> list[Visit]:
    return await _by_host(order.sources, lambda told: told.source.url, lambda told: visit(told, means))


async def _by_host(
    works: Sequence[Work], url_of: Callable[[Work], str], do: Callable[[Work], Awaitable[Done]]
) -> list[Done]:
    """Do all works: those of one host one after the other, hosts side by side; results in the order given."""
    hosts: dict[str, list[int]] = {}
    for index, work in enumerate(works):
        hosts.setdefault(urlsplit(url_of(work)).hostname or "", []).append(index)
    done: dict[int, Done] = {}
    room = asyncio.Semaphore(_HOSTS_AT_ONCE)

    async def one_host(indexes: list[int]) -> None:
        async with room:
            for index in indexes:
                done[index] = await do(works[index])

    async with asyncio.TaskGroup() as group:
        for indexes in hosts.values():
            group.create_task(one_host(indexes))
    return [done[index] for index in range(len(works))]


def _wanted(order: Order, visits: Iterable[Visit]) -> tuple[list[_Wanted], tuple[Poll, ...]]:
    """Return the pages to fetch, each once, pending ones first; and the polls with their new items counted."""
    from extractors.articles.metadata import canonical_url  # noqa: PLC0415 - polls without news need no lxml

    known = set(order.known)
    pages: dict[str, _Wanted] = {}
    waiting = {(told.source.source_id, item.url) for told in order.sources for item in told.pending}

    def add(source: Source, item: Item) -> None:
        page = pages.setdefault(canonical_url(item.url, None), _Wanted(source=source, items=()))
        pages[canonical_url(item.url, None)] = replace(page, items=(*page.items, item))

    for told in order.sources:
        for item in told.pending:
            add(told.source, item)
    polls = []
    for told, seen in zip(order.sources, visits, strict=True):
        new = [
            item
            for item in seen.items
            if known.isdisjoint(item_keys(item)) and (item.source_id, item.url) not in waiting
        ]
        for item in new:
            add(told.source, item)
        polls.append(replace(seen.poll, new_items=len(new)))
    return list(pages.values()), tuple(polls)


async def _read(wanted: _Wanted, means: Means, stop_at: float) -> _Read:
    """Fetch and read one page; where that fails, keep what the feed says, or tell why there is nothing."""
    item = wanted.items[0]
    if time.monotonic() > stop_at:
        return _Read(postponed=True, error=f"{item.url}: postponed (there was no time left in this run)")
    try:
        await means.robots.check(item.url)
        return _Read(article=await _read_page(wanted.source, item, means))
    except TransientFetchError as error:
        if error.cause == "resting":
            return _Read(postponed=True, error=_told(error))
        if item.attempts < _MOST_ATTEMPTS:
            return _Read(again=True, error=_told(error))
        return await _feed_text(wanted, means, _told(error))
    except NewswatchError as error:
        return await _feed_text(wanted, means, _told(error))
    except Exception as error:
        log.exception("page_failed_unforeseen", url=item.url)
        return _Read(error=f"{item.url}: failed ({type(error).__name__})")


async def _read_page(source: Source, item: Item, means: Means) -> CollectedArticle:
    """Fetch and read the page of `item`.

    Raises:
        FetchError: the page cannot be had.
        ExtractionError: there is no article on it.
    """
    answer = await means.client.get(item.url, PAGE_LIMITS)
    job = PageJob(
        source=source,
        item=item,
        url=answer.url,
        body=answer.body,
        content_type=answer.content_type,
        now=means.clock(),
    )
    result = await means.pool.run(job, answer.url)
    if isinstance(result, CollectedArticle):
        return result
    cause = result.cause if isinstance(result, Refused) else "failed"
    detail = result.detail if isinstance(result, Refused) else ""
    raise ExtractionError(answer.url, cause, detail)


async def _feed_text(wanted: _Wanted, means: Means, error: str) -> _Read:
    """Return the article as the feed itself tells it, else the rejection with `error`."""
    best = max(wanted.items, key=lambda item: len(item.summary or ""))
    if not best.summary:
        return _Read(error=error)
    try:
        job = FeedTextJob(source=wanted.source, item=best, now=means.clock())
        result = await means.pool.run(job, best.url)
    except ExtractionError:
        return _Read(error=error)
    return _Read(article=result) if isinstance(result, CollectedArticle) else _Read(error=error)


def _told(error: NewswatchError) -> str:
    """Return the failure with what the user can do about it."""
    cause = error.cause if isinstance(error, FetchError | ExtractionError) else ""
    advice = advice_for(cause)
    return f"{error}. {advice}" if advice else str(error)


def _outcome(item: Item, done: _Read) -> ItemOutcome:
    """Return what became of `item`; one that was postponed has not been asked for, so it counts as no attempt."""
    if done.article is not None:
        return ItemOutcome(item=item, state="article", url=done.article.article.url)
    if done.postponed:
        waiting = replace(item, attempts=item.attempts - 1)
        return ItemOutcome(item=waiting, state="failed", error=done.error)
    return ItemOutcome(item=item, state="failed" if done.again else "rejected", error=done.error)
