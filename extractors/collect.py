"""An order to a batch: the only file that ties web, sources, articles and signals together.

Sources of one site follow one another, sites do not wait for each other. What goes wrong with one source or page
is told in its poll or outcome, and the others go on.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog

from extractors.allocator import let_large_blocks_go
from extractors.archives import Archived, read_archive
from extractors.articles.workers import ExtractionPool
from extractors.clock import Clock
from extractors.doctor import advice_for
from extractors.errors import (
    ELSEWHERE,
    PAGE_NOT_ASKED,
    ExtractionError,
    FetchError,
    NewswatchError,
    TransientFetchError,
)
from extractors.hosts import host_of, site_of
from extractors.orders import (
    Batch,
    ItemOutcome,
    Learned,
    Manners,
    Order,
    PageVisit,
    Recheck,
    SourceOrder,
    Validator,
    batch_id_of,
)
from extractors.polling import KILLS, Means, Visit
from extractors.reading import PRELOAD, FeedTextJob, Job, Reader, Refused, Result
from extractors.rechecking import Rechecked, recheck
from extractors.records import CollectedArticle, Item, Source
from extractors.replacing import visit_or_replace
from extractors.reserving import with_rights
from extractors.side_by_side import by_site
from extractors.wanted import Wanted, pages_wanted
from extractors.watch import Watch
from extractors.web.client import Client
from extractors.web.exchange import PAGE_LIMITS, Answer, Asking, Gate
from extractors.web.rights_files import RightsFiles
from extractors.web.robots import Robots
from extractors.web.spool import Spool

log = structlog.get_logger()

#: A page that failed so often is not asked for again where the feed itself has a text; where it has none, not before
#: nearly three days (the waits between are those of `warehouse.polled`).
_MOST_ATTEMPTS, _MOST_WITHOUT_TEXT = 2, 7
#: Seconds after which no further page is begun: what is left over is pending for the next order.
_FETCH_FOR_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What became of a page: an article, or a state with its error. `validator` is what the page said of itself.

    `at` is the address that it was read from, None where it was not; `same_as` that of a page that another link led to.
    """

    article: CollectedArticle | None = None
    validator: Validator | None = None
    at: str | None = None
    same_as: str | None = None
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
    *,
    spool: Path | None = None,
    admit: Gate | None = None,
) -> Batch:
    """Carry out `order`: poll its sources, fetch and read what is new, look at known pages again; all in one batch.

    `pool` None makes workers for this collection alone. `spool` is the file in which answers are kept as they come:
    an order that is carried out a second time with it asks for nothing that has been answered; None keeps none.
    `admit` is asked before each request whether the site is ours to ask (as in `Client`), None where all are.
    """
    let_large_blocks_go()
    found: list[Batch] = []

    async def keep() -> None:
        # A task that ends with the batch itself is written out in full by `asyncio.run`, in the text of an error of
        # `signal` that nobody sees: 1 s for 500 articles.
        found.append(await _collect(order, manners, clock, workers, spool, admit))

    with nullcontext(pool) if pool is not None else extraction_pool(watch, manners) as workers:
        asyncio.run(keep())
    return found[0]


def read_address(
    url: str,
    watch: Watch,
    manners: Manners,
    clock: Clock,
    known: Order | None = None,
    keep: Callable[[Learned], None] | None = None,
) -> CollectedArticle:
    """Fetch and read the one page at `url`, which the user named (robots.txt is for programs that roam).

    `known` is what is known of hosts (an order for nothing), `keep` takes what was asked and learned, however it ends;
    None: nobody knows or wants it.

    Raises:
        FetchError: the page cannot be had.
        ExtractionError: there is no article on it.
    """
    source = Source(source_id="address", kind="page", url=url, every=timedelta(hours=1))
    item = Item(source_id=source.source_id, url=url)

    async def article() -> CollectedArticle:
        async with by_hand(known, manners, clock, workers, keep) as means:
            answer = await means.client.get(url, PAGE_LIMITS, Asking(purpose="page"))
            return await _read_page(source, item, answer, means)

    with extraction_pool(watch, manners) as workers:
        return asyncio.run(article())


@asynccontextmanager
async def by_hand(
    known: Order | None,
    manners: Manners,
    clock: Clock,
    pool: ExtractionPool[Job, Result],
    keep: Callable[[Learned], None] | None,
    spool: Spool | None = None,
) -> AsyncIterator[Means]:
    """Give what asking by hand works with; `keep` takes what was asked and learned, however the block ends.

    `known` is what is known of hosts, None for nothing; `spool` where answers are kept, None for nowhere.
    """
    rests, used = (known.rests, known.used) if known else ((), ())
    async with Client(manners, clock, rests=rests, used=used, spool=spool) as client:
        means = _means(client, manners, clock, pool, known)
        try:
            yield means
        finally:
            if keep is not None:
                keep(means.learned())


def _means(
    client: Client,
    manners: Manners,
    clock: Clock,
    pool: ExtractionPool[Job, Result],
    order: Order | None,
) -> Means:
    robots = Robots(client, manners.user_agent, clock, known=order.robots if order else ())
    return Means(
        client=client,
        robots=robots,
        pool=pool,
        clock=clock,
        known=frozenset(order.known if order else ()),
        quarantined=frozenset(order.quarantined if order else ()),
    )


async def _collect(
    order: Order,
    manners: Manners,
    clock: Clock,
    pool: ExtractionPool[Job, Result],
    spool: Path | None,
    admit: Gate | None,
) -> Batch:
    with nullcontext() if spool is None else closing(Spool(spool)) as kept:
        async with _client(order, manners, clock, kept, admit) as client:
            means = _means(client, manners, clock, pool, order)
            visits = await _visits(order, means)
            archives = await _archives(order, means)
            wanted, polls = pages_wanted(order, (*visits, *archives), means.known)
            stop_at = time.monotonic() + _FETCH_FOR_S

            async def read(one: Wanted) -> _Read:
                return await _read(one, means, stop_at)

            async def look_again(told: Recheck) -> Rechecked:
                return Rechecked() if time.monotonic() > stop_at else await recheck(told, means)

            reads = await by_site(wanted, lambda one: one.items[0].url, read, client)
            read_at = {done.at: done for done in reversed(reads) if done.at is not None}
            reads = [
                await _shared(one, done, read_at, means) for one, done in zip(wanted, reads, strict=True)
            ]
            asked = {item.url for one in wanted for item in one.items}
            again = [told for told in order.rechecks if told.item.url not in asked]
            rechecks = await by_site(again, lambda told: told.item.url, look_again, client)
            files = RightsFiles(client, means.robots, clock, order.rights)
            found = [done.article for done in reads] + [done.article for done in rechecks]
            articles = await with_rights(found, files, means, stop_at)
    pairs = tuple(zip(wanted, reads, strict=True))
    return Batch(
        batch_id=batch_id_of(order.order_id),
        order_id=order.order_id,
        collected_at=clock(),
        polls=polls,
        outcomes=tuple(_outcome(item, done) for one, done in pairs for item in one.items),
        articles=articles,
        requests=tuple(client.requests),
        pages=(*_page_visits(pairs, clock), *(done.visit for done in rechecks if done.visit is not None)),
        rests=client.learned_rests(),
        robots=means.robots.learned(),
        kills=tuple(means.kills),
        archives=tuple(one.visit for one in archives),
        rights=files.learned(),
    )


def _client(order: Order, manners: Manners, clock: Clock, spool: Spool | None, admit: Gate | None) -> Client:
    return Client(manners, clock, rests=order.rests, used=order.used, spool=spool, admit=admit)


async def _visits(order: Order, means: Means) -> list[Visit]:
    async def one(told: SourceOrder) -> Visit:
        seen = await visit_or_replace(told, means)
        log.info(
            "source_polled",
            source_id=seen.poll.source_id,
            outcome=seen.poll.outcome,
            items=seen.poll.items,
            cause=seen.poll.cause,
            seconds=round(seen.poll.seconds, 3),
        )
        return seen

    polled = [told for told in order.sources if told.polled]
    return await by_site(polled, lambda told: told.source.url, one, means.client)


async def _archives(order: Order, means: Means) -> list[Archived]:
    parts = [(told, told.archive) for told in order.sources if told.archive is not None]
    return await by_site(
        parts, lambda part: part[1].url, lambda part: read_archive(*part, means), means.client
    )


async def _read(wanted: Wanted, means: Means, stop_at: float) -> _Read:
    """Fetch and read one page; where that fails, keep what the feed says, or tell why there is nothing."""
    item = wanted.items[0]
    if item.redirector:
        return _Read(error=f"{item.url}: discovery (the link hides the article's address; it is only listed)")
    if item.is_withdrawn:
        return _Read(error=f"{item.url}: withdrawn (its newsroom wants it not to be used)")
    if item.is_embargoed(means.clock()):
        return _Read(postponed=True, error=f"{item.url}: embargoed (its newsroom wants it not used yet)")
    if time.monotonic() > stop_at:
        return _Read(postponed=True, error=f"{item.url}: postponed (there was no time left in this run)")
    try:
        answer = wanted.answer or await _page(wanted, means)
        article = await _read_page(wanted.source, item, answer, means)
        return _Read(article=article, validator=answer.validator, at=answer.url)
    except FetchError as error:
        return await _not_had(wanted, error, means)
    except ExtractionError as error:
        if error.cause == "no-worker" or (error.cause in KILLS and item.attempts == 0):
            return _Read(again=True, error=_told(error), at=error.url)
        return replace(await _feed_text(wanted, means, _told(error)), at=error.url)
    except NewswatchError as error:
        return await _feed_text(wanted, means, _told(error))
    except Exception as error:
        log.exception("page_failed_unforeseen", url=item.url)
        return _Read(error=f"{item.url}: failed ({type(error).__name__})")


async def _not_had(wanted: Wanted, error: FetchError, means: Means) -> _Read:
    """Return what becomes of a page that could not be had: it is asked for another time, or the feed's text is kept."""
    if error.cause == "read-already":
        return _Read(again=True, same_as=error.url, error=_told(error))
    if error.cause in PAGE_NOT_ASKED and not _leads_elsewhere(wanted, error):
        return _Read(postponed=True, error=_told(error))
    most = _MOST_ATTEMPTS if any(one.summary for one in wanted.items) else _MOST_WITHOUT_TEXT
    if isinstance(error, TransientFetchError) and wanted.items[0].attempts < most:
        return _Read(again=True, error=_told(error))
    return await _feed_text(wanted, means, _told(error))


def _leads_elsewhere(wanted: Wanted, error: FetchError) -> bool:
    """Tell whether the link was asked, and leads to a site where another collector is: it must not do so for ever."""
    sites = {site_of(host_of(url)) for url in (error.url, wanted.items[0].url)}
    return (error.evidence or "").startswith(ELSEWHERE) and len(sites) > 1


async def _shared(wanted: Wanted, done: _Read, found: Mapping[str, _Read], means: Means) -> _Read:
    """Return what became of a link that led to a page which another one led to: its article, else the feed's text.

    `found` are the pages read, by address. All links of a site may lead to one that is none of their articles (a
    subscription, the front page).
    """
    if done.same_as is None:
        return done
    other = found.get(done.same_as)
    if other is None or other.again:
        return done
    if other.article is not None and other.validator is not None:
        return replace(other, validator=None)
    return await _feed_text(wanted, means, done.error or "")


async def _page(wanted: Wanted, means: Means) -> Answer:
    asking = Asking(purpose="page", source_id=wanted.source.source_id)
    return await means.roam(wanted.items[0].url, PAGE_LIMITS, asking)


async def _read_page(source: Source, item: Item, answer: Answer, means: Means) -> CollectedArticle:
    """Read the page that came for `item`.

    Raises:
        ExtractionError: there is no article on it.
    """
    result = await means.read_page(source, item, answer)
    if isinstance(result, CollectedArticle):
        return result
    cause = result.cause if isinstance(result, Refused) else "failed"
    detail = result.detail if isinstance(result, Refused) else ""
    raise ExtractionError(answer.url, cause, detail)


async def _feed_text(wanted: Wanted, means: Means, error: str) -> _Read:
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


def _page_visits(pairs: Iterable[tuple[Wanted, _Read]], clock: Clock) -> Iterable[PageVisit]:
    """Yield the pages that were fetched and read, so that they can be looked at again."""
    for one, done in pairs:
        if done.article is not None and done.validator is not None and not one.source.text:
            yield PageVisit(
                item=one.items[0],
                visited_at=clock(),
                outcome="read",
                validator=done.validator,
                article_url=done.article.article.url,
            )


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
