"""When a source cannot be had: another listing of its site is read in its place, and that is said.

In the order feed, news sitemap, section page; each candidate is polled as a source is, and the first that lists
something is taken.
"""

from dataclasses import replace

import structlog

from extractors.errors import PAGE_NOT_ASKED, NewswatchError
from extractors.orders import Instead, SourceOrder
from extractors.polling import Means, Visit, visit
from extractors.reading import DiscoveryJob
from extractors.records import Source
from extractors.sources.discovery import section_page, sitemaps_of
from extractors.web.exchange import PAGE_LIMITS, Answer, Asking

log = structlog.get_logger()

#: Candidates that are asked in one visit: each is a request more to a site that may be in trouble.
_MOST_CANDIDATES = 4
_GONE = 410
#: Failures of a site of which nothing else can be had either.
_NOBODY = PAGE_NOT_ASKED | {
    "dns",
    "unreachable",
    "timeout",
    "tls",
    "refused-address",
    "bad-url",
    "bad-port",
}


async def visit_or_replace(told: SourceOrder, means: Means) -> Visit:
    """Poll a source; where it is gone or lost, or answers with a web page, read another listing of its site instead.

    The poll that comes back is that of the source itself, unless another listing was found: then it is the other
    one's, with `instead` and `tried` set.
    """
    own = await visit(told, means)
    poll, web_page = own.poll, own.web_page
    if web_page is not None:  # up to 20 MB, and all visits of an order are held to its end
        own = replace(own, web_page=None)
    if poll.outcome != "failed" or poll.cause in _NOBODY or told.source.text or told.source.kind == "search":
        return own
    try:
        return await _elsewhere(own, web_page, told, means)
    except Exception:
        log.exception("discovery_failed_unforeseen", source_id=told.source.source_id)
        return own


async def _elsewhere(own: Visit, web_page: Answer | None, told: SourceOrder, means: Means) -> Visit:
    """Return the visit to another listing of the site of a source that failed; `own`, its own one, where none is found.

    `web_page` is the page that came where the source was expected, None where none did.
    """
    gone = own.poll.http_status == _GONE
    named = await named_by(web_page, means) if web_page is not None else ()
    if not (gone or told.lost or named):
        return own
    candidates = named if not (gone or told.lost) else (*named, *await _of_site(told.source, means))
    tried: list[str] = []
    for candidate in list(dict.fromkeys(candidates))[:_MOST_CANDIDATES]:
        if candidate.url == told.source.url:  # another kind of listing there is for the watch file to name
            continue
        found = await _read_instead(told, candidate, means)
        if found.items or found.poll.outcome == "unchanged":
            log.info(
                "source_replaced", source_id=told.source.source_id, kind=candidate.kind, url=candidate.url
            )
            return _told_of(own, found, candidate, gone=gone)
        tried.append(f"{candidate.kind} {candidate.url} ({found.poll.cause or 'lists nothing'})")
    if not tried:
        return own
    return replace(own, poll=replace(own.poll, tried="looked for another listing: " + ", ".join(tried)))


async def _read_instead(told: SourceOrder, candidate: Instead, means: Means) -> Visit:
    source = replace(told.source, kind=candidate.kind, url=candidate.url, links=None)
    return await visit(replace(told, source=source, audit=False, lost=False), means, discovering=True)


def _told_of(own: Visit, found: Visit, candidate: Instead, *, gone: bool) -> Visit:
    """Return the visit to the candidate, which says why it took the place of the source."""
    why = own.poll.error or own.poll.cause or "it failed"
    tried = f"{why}; the {candidate.kind} {candidate.url} is read instead"
    return replace(
        found,
        poll=replace(found.poll, url=own.poll.url, gone=gone, instead=candidate, tried=tried, moved_to=None),
    )


async def named_by(answer: Answer, means: Means) -> tuple[Instead, ...]:
    """Return the listings that a web page names; a page that no worker gets through names none."""
    job = DiscoveryJob(url=answer.url, body=answer.body, content_type=answer.content_type)
    try:
        found = await means.read(job, answer.url, answer.body)
    except NewswatchError:
        return ()
    return tuple(one for one in found if isinstance(one, Instead)) if isinstance(found, tuple) else ()


async def _of_site(source: Source, means: Means) -> tuple[Instead, ...]:
    """Return what the site offers: feeds its section page names, its news sitemaps, the section page itself."""
    section = section_page(source.url)
    found: list[Instead] = []
    if section is not None:
        try:
            asking = Asking(purpose="discovery", source_id=source.source_id)
            answer = await means.roam(section.url, PAGE_LIMITS, asking)
            found.extend(await named_by(answer, means))
        except NewswatchError as error:
            log.info("discovery_failed", source_id=source.source_id, error=str(error))
    try:
        found.extend(sitemaps_of(await means.robots.sitemaps(source.url)))
    except NewswatchError as error:
        log.info("discovery_failed", source_id=source.source_id, error=str(error))
    return (*found, section) if section is not None else tuple(found)
