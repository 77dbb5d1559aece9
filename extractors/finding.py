"""Which listings the site of an address has, each tried once: for whoever wants to follow that site."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.clock import Clock
from extractors.collect import by_hand, extraction_pool
from extractors.errors import ExtractionError, FetchError, ParseError
from extractors.listed import language_of_titles, newest_date
from extractors.orders import Instead, Learned, Manners, Order, SourceOrder
from extractors.polling import Means, parsed, visit
from extractors.records import Item, Source, SourceKind
from extractors.replacing import named_by
from extractors.sources.discovery import sitemaps_of
from extractors.sources.listing import Listing
from extractors.watch import Watch
from extractors.web.client import FEED_LIMITS, Answer, Asking

#: Listings of a site that are tried: each is a request, and the requests to a host are seconds apart.
MOST_TRIED = 8
#: As what the answer of an address is read until it is one; a page is what else a browser shows.
_KINDS: tuple[SourceKind, ...] = ("feed", "sitemap", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A listing of a site: how many items it lists, the newest date among them and the language of their titles.

    `newest_at` and `language` are None where nothing tells them; `cause` and `error` say why it cannot be read, None
    where it can.
    """

    kind: SourceKind
    url: str
    items: int = 0
    newest_at: datetime | None = None
    language: str | None = None
    cause: str | None = None
    error: str | None = None


def find_sources(
    url: str,
    manners: Manners,
    clock: Clock,
    known: Order | None = None,
    keep: Callable[[Learned], None] | None = None,
) -> tuple[Found, ...]:
    """Return the listings of the site at `url`, those that list something first, each of these in order of worth.

    `url` may be a listing itself, then it is the only one; else what the page names, what robots.txt names, and
    the page. Each address is asked once. `known` is what is known of hosts (an order for nothing), `keep` takes what
    was asked and learned, however it ends; None: nobody knows or wants it.

    Raises:
        FetchError: `url` cannot be had.
    """
    watch = Watch(
        name="none", title="none", languages=(), entities=()
    )  # reading a listing needs nothing of one
    with extraction_pool(watch, manners) as workers:

        async def found() -> tuple[Found, ...]:
            async with by_hand(known, manners, clock, workers, keep) as means:
                return await _found(url, means)

        return tuple(sorted(asyncio.run(found()), key=lambda one: one.items == 0))


async def _found(url: str, means: Means) -> tuple[Found, ...]:
    answer = await means.client.get(url, FEED_LIMITS, Asking(purpose="discovery"))
    itself = await _itself(answer, means)
    if itself.kind != "page":
        return (itself,)
    named = [*await named_by(answer, means), *sitemaps_of(await means.robots.sitemaps(answer.url))]
    others = [one for one in dict.fromkeys(named) if one.url not in (url, answer.url)][:MOST_TRIED]
    return (*[await _tried(one, means) for one in others], itself)


async def _itself(answer: Answer, means: Means) -> Found:
    """Read what came as feed, as sitemap and as page, until it is one."""
    failure: ParseError | ExtractionError | None = None
    for kind in _KINDS:
        source = _source(Instead(kind=kind, url=answer.url))
        try:
            listing = await parsed(source, answer, means)
            return _told(source, (*listing.items, *await _pointed_to(source, listing, means)))
        except FetchError as error:
            return Found(kind=kind, url=answer.url, cause=error.cause, error=str(error))
        except (ParseError, ExtractionError) as error:
            failure = error
    cause = failure.cause if failure else None
    return Found(kind="page", url=answer.url, cause=cause, error=str(failure) if failure else None)


async def _pointed_to(source: Source, listing: Listing, means: Means) -> list[Item]:
    """Return the items of the sitemaps that an index points to."""
    found: list[Item] = []
    for url in listing.more:
        answer = await means.roam(url, FEED_LIMITS, Asking(purpose="discovery"))
        found.extend((await parsed(source, answer, means)).items)
    return found


async def _tried(one: Instead, means: Means) -> Found:
    source = _source(one)
    seen = await visit(SourceOrder(source=source), means, discovering=True)
    if seen.poll.outcome == "failed":
        return Found(kind=one.kind, url=one.url, cause=seen.poll.cause, error=seen.poll.error)
    return _told(source, seen.items)


def _source(one: Instead) -> Source:
    return Source(source_id="found", kind=one.kind, url=one.url, every=timedelta(hours=1))


def _told(source: Source, items: Iterable[Item]) -> Found:
    listed = tuple(items)
    return Found(
        kind=source.kind,
        url=source.url,
        items=len(listed),
        newest_at=newest_date(listed),
        language=language_of_titles(listed),
    )
