"""Which pages a collection asks for: those that waited and those that are new, each once, news before what is old."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.archives import Archived
from extractors.orders import Order, Poll, SourceOrder
from extractors.polling import Visit
from extractors.records import Item, Source, item_keys, withdrawn_keys
from extractors.web.exchange import Answer

#: The order of pages of one site: what waited, what is new; then what is no news: a first import, what waited of one,
#: an older part of a feed.
_WAITED, _NEW, _FIRST, _PAST, _OLDER = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page to fetch, and all items that point to it; the first one tells how it is read.

    `answer` is the page where it is at hand already (a source that is a page watched for its own change).
    """

    source: Source
    items: tuple[Item, ...]
    answer: Answer | None = None


def pages_wanted(
    order: Order, visits: Sequence[Visit | Archived], known: frozenset[str]
) -> tuple[list[Wanted], tuple[Poll, ...]]:
    """Return the pages to fetch, news first; and the polls with their new items counted.

    Of what waited, the newsroom's word of now counts. Items that it takes back or holds back stand apart: another
    source may list the same page for use.
    """
    listed = {(item.source_id, item.url): item for seen in reversed(visits) for item in seen.items}
    found: list[tuple[int, Wanted]] = []
    waited: set[tuple[str, str]] = set()
    for told in order.sources:
        for item in _waited(told, listed, order.created_at):
            waited.add((item.source_id, item.url))
            found.append(
                (_PAST if item.url in told.past else _WAITED, Wanted(source=told.source, items=(item,)))
            )
    read_before = {told.source.source_id for told in order.sources if told.asked_at is not None}
    polls = []
    for seen in visits:
        rank, answer = _OLDER, None
        if isinstance(seen, Visit):
            rank, answer = _NEW if seen.poll.source_id in read_before else _FIRST, seen.page
        new = [
            item
            for item in seen.items
            if (known.isdisjoint(_keys(item, seen.source)) or _is_released(item, known))
            and (item.source_id, item.url) not in waited
        ]
        found += [(rank, Wanted(source=seen.source, items=(item,), answer=answer)) for item in new]
        if isinstance(seen, Visit):
            polls.append(replace(seen.poll, new_items=len(new)))
    found.sort(key=lambda one: one[0])
    return _each_once([one for _, one in found], order.created_at), tuple(polls)


def _waited(told: SourceOrder, listed: Mapping[tuple[str, str], Item], now: datetime) -> Iterator[Item]:
    """Yield what waited of a source and is due, with what its newsroom says of it now.

    What is not due yet is so where it is taken back, or where its embargo ends at another time than it did.
    """
    for item in told.pending:
        found = listed.get((item.source_id, item.url))
        yield item if found is None else replace(item, release=found.release)
    for item in told.waiting:
        found = listed.get((item.source_id, item.url))
        if found is None:
            continue
        ends, ended = (one.release.embargoed if one.release else None for one in (found, item))
        held = found.is_embargoed(now) or item.is_embargoed(now)
        if found.is_withdrawn or (held and ends != ended):
            yield replace(item, release=found.release, summary=found.summary)


def _each_once(found: Sequence[Wanted], now: datetime) -> list[Wanted]:
    """Return `found` with all items of a page at the place of the first of them."""
    from extractors.articles.metadata import canonical_url  # noqa: PLC0415 - polls without news need no lxml

    pages: dict[str, Wanted] = {}
    for one in found:
        (item,) = one.items
        apart = "withdrawn " if item.is_withdrawn else "embargoed " if item.is_embargoed(now) else ""
        key = apart + canonical_url(item.url, None)
        page = pages.setdefault(key, one)
        if page is not one:
            pages[key] = replace(page, items=(*page.items, item))
    return list(pages.values())


def _is_released(item: Item, known: frozenset[str]) -> bool:
    """Tell whether `item` was taken back, and its newsroom says now that it is to be used."""
    said = item.release.pubstatus if item.release else None
    return said == "usable" and not known.isdisjoint(withdrawn_keys(item))


def _keys(item: Item, source: Source) -> tuple[str, ...]:
    """Return what an item is known by: of a page watched for its own change, its text alone."""
    return item_keys(item)[1:] if source.text else item_keys(item)
