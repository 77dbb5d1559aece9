"""What the worker processes do: bytes of a listing to items, bytes of a page to a tagged article.

The parsers are imported where they are used: this module is also loaded by the process that hands out the jobs,
which needs none of them.
"""

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from extractors.errors import ExtractionError, ParseError
from extractors.orders import Instead
from extractors.records import Article, CollectedArticle, Item, RightsNotice, Source, StoredPage
from extractors.sources.listing import Listing
from extractors.watch import Watch

if TYPE_CHECKING:
    from extractors.signals.tagger import Tagger

#: Pages that stand in the way of a listing as of an article.
_WALLS = frozenset({"bot-wall", "consent-wall"})
#: What has more bytes is no wall, and not worth the memory of reading it a second time (12 MB take 60 MB).
_LONGEST_WALL = 2_000_000
#: Seconds after which no further page is held against the files of its site: a file can be written to take seconds a
#: page, and what is only noted is not worth more.
_RIGHTS_S = 5.0
#: What workers import, once for all of them.
PRELOAD = (
    "extractors.articles.extract",
    "extractors.signals.tagger",
    "extractors.signals.language",
    "extractors.sources.feed",
    "extractors.sources.page",
    "extractors.sources.sitemap",
    "extractors.ready",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingJob:
    """A listing to parse: decoded bytes, header as sent (None where not sent), address after redirects."""

    source: Source
    url: str
    body: bytes
    content_type: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """A page to read, as `ListingJob`; `item` is what the source listed.

    `rights` is what was said of the rights to it, in its headers or of an earlier reading: what the page itself says
    stands in the place of what it said then.
    """

    source: Source
    item: Item
    url: str
    body: bytes
    content_type: str | None
    now: datetime
    rights: tuple[RightsNotice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTextJob:
    """An item whose page cannot be had: what the feed itself says shall stand for the article."""

    source: Source
    item: Item
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TextJob:
    """An article whose text is at hand and nothing else of it: its signals are read from that."""

    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryJob:
    """A web page on which listings are looked for, as `ListingJob`."""

    url: str
    body: bytes
    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsJob:
    """Pages of one site, and the text of its files that speak of the rights to them, None where not known.

    `token` is the product that the rules are read for.
    """

    urls: tuple[str, ...]
    token: str
    robots: str | None = None
    tdmrep: str | None = None
    ai_txt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsSaid:
    """What the files of a site say of its pages, in the order of the job; nothing of those there was no time for."""

    notices: tuple[tuple[RightsNotice, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The bytes are not what they should be; `cause` and `detail` as in the errors."""

    cause: str
    detail: str


Job = ListingJob | PageJob | FeedTextJob | TextJob | DiscoveryJob | RightsJob
Result = Listing | CollectedArticle | tuple[Instead, ...] | RightsSaid | Refused


class Reader:
    """The work of one worker process: holds the compiled watch, and nothing of earlier jobs."""

    def __init__(self, watch: Watch) -> None:
        """Keep `watch`; it is compiled with the first article."""
        self._watch = watch
        self._tagger: Tagger | None = None

    def __call__(self, job: Job) -> Result:
        """Do `job`; what is wrong with its bytes comes back as `Refused`."""
        try:
            if isinstance(job, ListingJob):
                return _listing(job)
            if isinstance(job, DiscoveryJob):
                return _discovered(job)
            if isinstance(job, RightsJob):
                return RightsSaid(notices=tuple(_rights(job)))
            if isinstance(job, TextJob):
                return self._text(job.article)
            return self._page(job) if isinstance(job, PageJob) else self._feed_text(job)
        except (ParseError, ExtractionError) as error:
            told = str(error).removeprefix(f"{error.url}: {error.cause}")
            return Refused(cause=error.cause, detail=told.removeprefix(" (").removesuffix(")"))

    def _page(self, job: PageJob) -> CollectedArticle:
        from extractors.articles.extract import Page, read_article  # noqa: PLC0415 - only in workers

        page = Page(url=job.url, body=job.body, content_type=job.content_type)
        article = read_article(page, job.item, job.source, job.now)
        outside = tuple(one for one in job.rights if one.place != "meta")
        article = replace(article, rights=(*article.rights, *outside))
        packed = gzip.compress(job.body, compresslevel=4, mtime=0)
        stored = StoredPage(final_url=job.url, fetched_at=job.now, content_type=job.content_type, body=packed)
        return replace(self._tagged(article), page=stored)

    def _feed_text(self, job: FeedTextJob) -> CollectedArticle | Refused:
        from extractors.articles.extract import article_from_feed  # noqa: PLC0415 - only in workers

        article = article_from_feed(job.item, job.source, job.now)
        if article is None:
            return Refused(cause="no-text", detail="the feed has no text of its own")
        return self._tagged(article)

    def _text(self, article: Article) -> CollectedArticle:
        """Tag the text that was kept; of an imported article the language stands, for its file may have told it."""
        if article.published_from == "import":
            return CollectedArticle(article=article, signals=self._ready_tagger().tag(article))
        return self._tagged(article)

    def _ready_tagger(self) -> "Tagger":
        from extractors.signals.tagger import Tagger  # noqa: PLC0415 - only in workers

        if self._tagger is None:
            self._tagger = Tagger(self._watch)
        return self._tagger

    def _tagged(self, article: Article) -> CollectedArticle:
        """Let the text tell its language; what page or source say counts only where it is too short to tell."""
        from extractors.signals.language import detect_language  # noqa: PLC0415 - only in workers

        hint = (article.language,) if article.language else ()
        expected = tuple(dict.fromkeys((*self._watch.languages, *hint)))
        found = detect_language(f"{article.title}\n\n{article.text}", expected)
        known = replace(article, language=found or article.language)
        return CollectedArticle(article=known, signals=self._ready_tagger().tag(known))


def _listing(job: ListingJob) -> Listing:
    """Parse with the parser of the source's kind."""
    from extractors.sources.feed import parse_feed  # noqa: PLC0415 - only in workers
    from extractors.sources.page import parse_page  # noqa: PLC0415 - only in workers
    from extractors.sources.search import parse_search  # noqa: PLC0415 - only in workers
    from extractors.sources.sitemap import parse_sitemap  # noqa: PLC0415 - only in workers

    if job.source.kind == "page":
        return parse_page(job.body, job.content_type, job.source, job.url)
    parse = {"feed": parse_feed, "search": parse_search, "sitemap": parse_sitemap}[job.source.kind]
    try:
        return parse(job.body, job.content_type, job.source, job.url, now=job.now)
    except ParseError as error:
        wall = _wall(job) if error.cause == "html-for-xml" else None
        if wall is None:
            raise
        raise ParseError(job.url, wall, "it stands where a feed or sitemap was expected") from error


def _wall(job: ListingJob) -> str | None:
    """Return which wall the web page is that came for a listing; None where it is none."""
    from extractors.articles.extract import Page, read_article  # noqa: PLC0415 - only in workers

    if len(job.body) > _LONGEST_WALL:
        return None
    page = Page(url=job.url, body=job.body, content_type=job.content_type)
    try:
        read_article(page, Item(source_id=job.source.source_id, url=job.url), job.source, job.now)
    except ExtractionError as error:
        return error.cause if error.cause in _WALLS else None
    return None


def _discovered(job: DiscoveryJob) -> tuple[Instead, ...]:
    from extractors.sources.discovery import find_listings  # noqa: PLC0415 - only in workers

    return find_listings(job.body, job.content_type, job.url)


def _rights(job: RightsJob) -> Iterator[tuple[RightsNotice, ...]]:
    """Yield what the files of the site say of each page."""
    from extractors.articles.rights import (  # noqa: PLC0415 - only in workers
        notices_of_ai_txt,
        notices_of_robots,
        notices_of_tdmrep,
    )

    stop_at = time.monotonic() + _RIGHTS_S
    for url in job.urls:
        if time.monotonic() > stop_at:
            yield ()
            continue
        robots = notices_of_robots(job.robots, url, job.token) if job.robots else ()
        tdmrep = notices_of_tdmrep(job.tdmrep, url) if job.tdmrep else ()
        ai_txt = notices_of_ai_txt(job.ai_txt, url, job.token) if job.ai_txt else ()
        yield (*robots, *tdmrep, *ai_txt)
