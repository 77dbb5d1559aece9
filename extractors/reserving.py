"""What the sites of articles say of the rights to them: asked for where it is not known, noted with each article."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

import structlog

from extractors.errors import ExtractionError, FetchError
from extractors.polling import Means
from extractors.reading import RightsJob, RightsSaid
from extractors.records import CollectedArticle, RightsNotice
from extractors.side_by_side import by_site
from extractors.web.rights_files import RightsFiles
from extractors.web.robots import origin_of

log = structlog.get_logger()

#: Seconds after which no further file about rights is asked for, and again as many after which none is read: news does
#: not wait longer for what is only noted.
_ASK_FOR_S = _READ_FOR_S = 60.0


async def with_rights(
    found: Iterable[CollectedArticle | None], files: RightsFiles, means: Means, stop_at: float
) -> tuple[CollectedArticle, ...]:
    """Return the articles that were `found`, each once, with what their sites say of the rights to them.

    To be called when all pages were fetched. Sites that a page came from are asked for their files about rights where
    those are not known; not after `stop_at` (time of the monotonic clock). What is not known then adds nothing, and
    what cannot be read does not either.
    """
    articles: dict[str, CollectedArticle] = {}
    for one in found:
        if one is not None:
            articles.setdefault(one.article.url, one)
    stop_at = min(stop_at, time.monotonic() + _ASK_FOR_S)
    pages = dict.fromkeys(one.page.final_url for one in articles.values() if one.page is not None)
    due = dict.fromkeys(url for page in pages for url in files.unknown(page))

    async def ask(url: str) -> None:
        if time.monotonic() > stop_at:
            return
        try:
            await files.ask(url)
        except Exception:
            log.exception("rights_file_failed_unforeseen", url=url)

    await by_site(tuple(due), lambda url: url, ask, means.client)
    said = await _said(pages, files, means)
    return tuple(_noted(one, said) for one in articles.values())


def _noted(collected: CollectedArticle, said: Mapping[str, tuple[RightsNotice, ...]]) -> CollectedArticle:
    of_site = said.get(collected.page.final_url, ()) if collected.page is not None else ()
    if not of_site:
        return collected
    rights = (*collected.article.rights, *of_site)
    return replace(collected, article=replace(collected.article, rights=rights))


async def _said(
    pages: Iterable[str], files: RightsFiles, means: Means
) -> dict[str, tuple[RightsNotice, ...]]:
    """Return by page what is said of it by the files of its site, as far as they are known.

    Workers read them: files can be written to keep a process busy. Those that are soonest read come first.
    """
    jobs = sorted(_jobs(pages, files, means), key=_size)
    stop_at = time.monotonic() + _READ_FOR_S
    said: dict[str, tuple[RightsNotice, ...]] = {}
    for job in jobs:
        if time.monotonic() > stop_at:
            log.warning("rights_unread", url=job.urls[0], cause="postponed")
            continue
        try:
            told = await means.pool.run(job, job.urls[0])
        except ExtractionError as error:
            log.warning("rights_unread", url=error.url, cause=error.cause)
            continue
        if isinstance(told, RightsSaid):
            said |= zip(job.urls, told.notices, strict=True)
    return said


def _jobs(pages: Iterable[str], files: RightsFiles, means: Means) -> list[RightsJob]:
    """Return a job for each origin of `pages` of whose files something is known."""
    by_origin: dict[str, list[str]] = {}
    for url in pages:
        try:
            by_origin.setdefault(origin_of(url), []).append(url)
        except FetchError:
            continue
    jobs = [
        RightsJob(
            urls=tuple(urls),
            token=means.robots.token,
            robots=means.robots.text_for(origin),
            tdmrep=files.text_for(origin, "tdmrep"),
            ai_txt=files.text_for(origin, "ai-txt"),
        )
        for origin, urls in by_origin.items()
    ]
    return [job for job in jobs if _size(job)]


def _size(job: RightsJob) -> int:
    return sum(len(text or "") for text in (job.robots, job.tdmrep, job.ai_txt))
