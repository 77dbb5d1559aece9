"""What was collected once is read again with today's rules: from its page, from what its feed said, or from its text.

An article keeps what it is known by: its address, and when it was seen.
"""

import asyncio
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Literal

import structlog

from extractors.articles.workers import ExtractionPool
from extractors.errors import ExtractionError
from extractors.reading import FeedTextJob, Job, PageJob, Result, TextJob
from extractors.records import Article, CollectedArticle, Item, Signals, Source, StoredPage

log = structlog.get_logger()

#: `text`: from the text that was kept. `unread`: no worker could do even that, and the signals are those of before.
Way = Literal["page", "feed", "text", "unread"]

#: No page is kept that has more bytes (`extractors.web.exchange.PAGE_LIMITS`); what unpacks to more is no page of ours.
_LONGEST_PAGE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A version of an article as it was read then, and what it was read from.

    `page` is None where its bytes are not at hand; `item` is what the source had listed, None where that is not known;
    `source` the source as it is today, None where it cannot be told. Without an item or a source, the text stands.
    """

    article: Article
    signals: Signals
    page: StoredPage | None = None
    item: Item | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """A version as it is read today, from what, and why from no better (None where nothing was in the way)."""

    collected: CollectedArticle
    way: Way
    cause: str | None = None


async def reread(kept: Sequence[Kept], pool: ExtractionPool[Job, Result], workers: int) -> list[Reread]:
    """Read all of `kept` again, in its order; no more pages are unpacked at a time than twice the `workers`."""
    room = asyncio.Semaphore(2 * max(workers, 1))

    async def one(version: Kept) -> Reread:
        async with room:
            return await _reread(version, pool)

    return list(await asyncio.gather(*(one(version) for version in kept)))


async def _reread(kept: Kept, pool: ExtractionPool[Job, Result]) -> Reread:
    """Read one version in the best way that works; what it was stays where none does."""
    cause = None
    for way, job in _jobs(kept):
        try:
            result = await pool.run(job, kept.article.url)
        except ExtractionError as error:
            cause = cause or error.cause
            continue
        if isinstance(result, CollectedArticle):
            return Reread(collected=_same(result, kept), way=way, cause=cause)
        cause = cause or getattr(result, "cause", "failed")
    log.warning("article_not_read_again", url=kept.article.url, cause=cause)
    stays = CollectedArticle(article=kept.article, signals=kept.signals, page=kept.page)
    return Reread(collected=stays, way="unread", cause=cause)


def _jobs(kept: Kept) -> Iterator[tuple[Way, Job]]:
    article, item, source = kept.article, kept.item, kept.source
    if item is not None and source is not None:
        body = _unpacked(kept.page) if kept.page is not None else None
        if kept.page is not None and body is not None:
            yield (
                "page",
                PageJob(
                    source=source,
                    item=item,
                    url=kept.page.final_url,
                    body=body,
                    content_type=kept.page.content_type,
                    now=article.seen_at,
                    rights=article.rights,
                ),
            )
        elif kept.page is None and article.text_from == "feed":
            yield "feed", FeedTextJob(source=source, item=item, now=article.seen_at)
    yield "text", TextJob(article=article)


def _unpacked(page: StoredPage) -> bytes | None:
    """Return the bytes of the page as it was fetched, None where they are damaged."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(page.body)) as packed:
            body = packed.read(_LONGEST_PAGE + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return body if len(body) <= _LONGEST_PAGE else None


def _same(result: CollectedArticle, kept: Kept) -> CollectedArticle:
    """Return what was read as the version that it is: an article never becomes another one by being read again."""
    before = kept.article
    article = replace(result.article, url=before.url, source_id=before.source_id, seen_at=before.seen_at)
    return replace(result, article=article, page=kept.page)
