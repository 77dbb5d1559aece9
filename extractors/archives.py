"""The older parts of a feed: read once, for the first import of a source, and never asked for again.

RFC 5005 names them `prev-archive` (archived feeds) and `next` (paged ones), JSON Feed `next_url`.
"""

from dataclasses import dataclass, replace

import structlog

from extractors.errors import ExtractionError, FetchError, NewswatchError, TransientFetchError
from extractors.hosts import host_of
from extractors.orders import Archive, ArchiveVisit, SourceOrder
from extractors.polling import Means, parsed
from extractors.records import Item, Source, item_keys
from extractors.sources.listing import older_part
from extractors.web.exchange import FEED_LIMITS, Asking

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An older part of a feed that was asked for, and the items it listed (none where it could not be read)."""

    visit: ArchiveVisit
    source: Source
    items: tuple[Item, ...] = ()


async def read_archive(told: SourceOrder, archive: Archive, means: Means) -> Archived:
    """Read one older part of the feed of a source. Whatever goes wrong is told in the visit; nothing is raised.

    robots.txt is obeyed: nobody typed this address. Another host is not asked, be it by a redirect.
    """
    # Another listing may be read in place of the feed by now.
    source = replace(told.source, kind="feed", url=archive.url, links=None, text=None)
    blank = ArchiveVisit(
        source_id=source.source_id,
        url=archive.url,
        visited_at=means.clock(),
        began_at=archive.began_at,
    )
    try:
        return await _read(source, archive, blank, means)
    except NewswatchError as error:
        no_worker = isinstance(error, ExtractionError) and error.cause == "no-worker"  # nobody has read it
        again = isinstance(error, TransientFetchError) or no_worker
        log.info("archive_failed", source_id=source.source_id, url=archive.url, error=str(error))
        return Archived(visit=replace(blank, error=str(error), again=again), source=source)
    except Exception as error:
        log.exception("archive_failed_unforeseen", source_id=source.source_id, url=archive.url)
        told_so = f"{archive.url}: failed ({type(error).__name__})"
        return Archived(visit=replace(blank, error=told_so), source=source)


async def _read(source: Source, archive: Archive, blank: ArchiveVisit, means: Means) -> Archived:
    host = host_of(archive.url)

    async def gate(url: str) -> None:
        if host_of(url) != host:
            raise FetchError(url, "bad-redirect", "an older part of a feed lies on another host")
        await means.robots.check(url)

    await gate(archive.url)
    asking = Asking(purpose="archive", source_id=source.source_id, gate=gate)
    answer = await means.client.get(archive.url, FEED_LIMITS, asking)
    listing = await parsed(source, answer, means)
    older = older_part(archive.url, listing, (answer.url, *archive.read))
    items = listing.items[: archive.most]
    keys = dict.fromkeys(key for item in items for key in item_keys(item))
    visit = replace(blank, keys=tuple(keys), items=len(items), older=older)
    return Archived(visit=visit, source=source, items=items)
