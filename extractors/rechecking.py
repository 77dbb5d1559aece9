"""Known pages looked at again: asked conditionally, and read again only where their bytes have changed."""

from dataclasses import dataclass

import structlog

from extractors.errors import PAGE_NOT_ASKED, FetchError, NewswatchError
from extractors.orders import PageOutcome, PageVisit, Recheck, Validator
from extractors.polling import Means
from extractors.records import CollectedArticle
from extractors.web.exchange import PAGE_LIMITS, Asking

log = structlog.get_logger()

#: The page is no longer there (RFC 9110, 15.5.5 and 15.5.11).
_GONE = frozenset({404, 410})
#: The page itself was not asked for, so it stays due.
_NOT_ASKED = PAGE_NOT_ASKED | {"read-already"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """What a look again brought: None for `article` unless it was read again, for `visit` where it was not asked."""

    visit: PageVisit | None = None
    article: CollectedArticle | None = None


async def recheck(told: Recheck, means: Means) -> Rechecked:
    """Look at a known page again. Whatever goes wrong is told in the visit; nothing is raised."""
    try:
        return await _rechecked(told, means)
    except FetchError as error:
        if error.cause in _NOT_ASKED:
            return Rechecked()
        gone = error.status in _GONE
        return Rechecked(visit=_visit(told, means, "gone" if gone else "failed"))
    except NewswatchError as error:
        log.info("recheck_failed", url=told.validator.url, error=str(error))
        return Rechecked(visit=_visit(told, means, "failed"))
    except Exception:
        log.exception("recheck_failed_unforeseen", url=told.validator.url)
        return Rechecked(visit=_visit(told, means, "failed"))


async def _rechecked(told: Recheck, means: Means) -> Rechecked:
    asking = Asking(purpose="recheck", source_id=told.source.source_id, validators=(told.validator,))
    answer = await means.roam(told.item.url, PAGE_LIMITS, asking)
    if answer.repeats(told.validator):
        return Rechecked(visit=_visit(told, means, "unchanged", validator=answer.validator))
    result = await means.read_page(told.source, told.item, answer)
    if not isinstance(result, CollectedArticle):
        return Rechecked(visit=_visit(told, means, "failed", validator=answer.validator))
    visit = _visit(told, means, "read", validator=answer.validator, article_url=result.article.url)
    return Rechecked(visit=visit, article=result)


def _visit(
    told: Recheck,
    means: Means,
    outcome: PageOutcome,
    *,
    validator: Validator | None = None,
    article_url: str | None = None,
) -> PageVisit:
    return PageVisit(
        item=told.item,
        visited_at=means.clock(),
        outcome=outcome,
        validator=validator or told.validator,
        article_url=article_url,
        checks=told.checks + 1,
    )
