"""Known pages that are looked at again, and bytes that are not read any more."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from extractors.hosts import host_of, site_of
from extractors.orders import Batch, Kill, PageVisit, Recheck, Validator
from extractors.records import Item
from extractors.watch import Watch
from warehouse.database import Connection, insert, rows, run

#: When a page is looked at again, counted from when it was read first: most edits come within hours, corrections and
#: retractions within days.
CHECKS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
#: Shortest time between two looks, where the pipeline stood still and several became due.
LEAST_GAP = CHECKS[0]
#: A page whose article was published so long before it was seen is not looked at again: it is as it will be.
OLD = timedelta(days=7)
#: A page that was gone so often in a row is not asked for any more; once may be a mishap of the site.
GONE_FOR_GOOD = 2
#: Rechecks of one site in one order: with 5 s between two requests they take less than two minutes.
MOST_A_HOST = 20
#: Bytes that ended so many workers are not read again, for this time.
MOST_KILLS, QUARANTINE = 2, timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """A known page that will be looked at again; fields as the columns of `state.pages`."""

    url: str
    host: str
    source_id: str
    article_url: str
    asked_url: str
    first_seen_at: datetime
    visited_at: datetime
    next_check_at: datetime
    guid: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    checks: int = 0
    gone: int = 0


def after_visit(
    before: PageState | None, visit: PageVisit, published_at: datetime | None = None
) -> PageState | None:
    """Return how a page is after `visit`, None where it is not looked at again.

    `published_at` is the date of its article, None where unknown. A page becomes known by a first visit that read an
    article; a look that failed counts as one.
    """
    if before is None:
        if visit.checks or visit.outcome != "read" or visit.article_url is None:
            return None
        if published_at is not None and published_at < visit.visited_at - OLD:
            return None
        return _due(_known(visit, visit.article_url), visit.visited_at)
    if visit.visited_at <= before.visited_at:
        return before
    gone = before.gone + 1 if visit.outcome == "gone" else 0
    if gone >= GONE_FOR_GOOD:
        return None
    looked = replace(before, visited_at=visit.visited_at, checks=max(before.checks, visit.checks), gone=gone)
    if visit.outcome in ("read", "unchanged"):
        looked = _validated(looked, visit.validator)
    return _due(looked, visit.visited_at)


def save_pages(con: Connection, batch: Batch, watch: Watch) -> None:
    """Write down the pages that `batch` asked for, and forget those that are not looked at again.

    A page of which the article was not read has none: where the feed's own text stands in for it, and where the link
    leads through a redirector.
    """
    run(con, "forget_pages", watched=[source.source_id for source in watch.sources])
    if not batch.pages:
        return
    watched = {source.source_id for source in watch.sources}
    articles = {one.article.url: one.article for one in batch.articles}
    urls = list({visit.item.url for visit in batch.pages})
    before = {row["url"]: _state(row) for row in rows(con, "pages_by_url", urls=urls)}
    after: dict[str, PageState] = {}
    for visit in sorted(batch.pages, key=lambda one: one.visited_at):
        item, article = visit.item, articles.get(visit.article_url or "")
        known = after.get(item.url) or before.get(item.url)
        no_page = item.redirector or (article is not None and article.text_from == "feed")
        if known is None and (no_page or item.source_id not in watched):
            continue
        published_at = (article.published_at if article else None) or item.published_at
        if (state := after_visit(known, visit, published_at)) is None:
            after.pop(item.url, None)
        else:
            after[item.url] = state
    run(con, "delete_pages", urls=urls)
    insert(con, "state.pages", [_row(state) for state in after.values()])


def due_rechecks(con: Connection, watch: Watch, now: datetime, most: int = 500) -> tuple[Recheck, ...]:
    """Return the known pages that are to be looked at again at `now`: the longest due first, `most` in all.

    At most `MOST_A_HOST` are of one site; the others stay due.
    """
    sources = {source.source_id: source for source in watch.sources}
    found = rows(con, "due_pages", now=now, watched=list(sources), most_a_host=MOST_A_HOST, most=most)
    return tuple(
        Recheck(
            source=sources[row["source_id"]],
            item=Item(
                source_id=row["source_id"],
                url=row["url"],
                guid=row["guid"],
                title=row["title"],
                published_at=row["published_at"],
                authors=tuple(row["authors"]),
                publisher=row["publisher"],
            ),
            validator=Validator(
                url=row["asked_url"],
                etag=row["etag"],
                last_modified=row["last_modified"],
                body_hash=row["body_hash"],
            ),
            checks=row["checks"],
        )
        for row in found
    )


def save_kills(con: Connection, kills: Sequence[Kill], now: datetime) -> None:
    """Write down which bytes ended workers; forget those that did so longer than `QUARANTINE` ago."""
    latest = {kill.key: kill for kill in sorted(kills, key=lambda one: one.killed_at)}
    keys = list(latest)
    before = dict(run(con, "kills_by_key", keys=keys))
    counted = Counter(kill.key for kill in kills)
    run(con, "delete_kills", keys=keys, before=now - QUARANTINE)
    insert(
        con,
        "state.kills",
        [
            {
                "key": key,
                "url": kill.url,
                "kills": before.get(key, 0) + counted[key],
                "last_at": kill.killed_at,
                "cause": kill.cause,
            }
            for key, kill in latest.items()
        ],
    )


def quarantined(con: Connection) -> tuple[str, ...]:
    """Return the `quarantine_key`s of bytes that ended `MOST_KILLS` workers within the time of `QUARANTINE`."""
    return tuple(key for (key,) in run(con, "quarantined", kills=MOST_KILLS))


def _known(visit: PageVisit, article_url: str) -> PageState:
    item = visit.item
    state = PageState(
        url=item.url,
        host=site_of(host_of(item.url)),
        source_id=item.source_id,
        article_url=article_url,
        asked_url=item.url,
        first_seen_at=visit.visited_at,
        visited_at=visit.visited_at,
        next_check_at=visit.visited_at,
        guid=item.guid,
        title=item.title,
        published_at=item.published_at,
        authors=item.authors,
        publisher=item.publisher,
    )
    return _validated(state, visit.validator)


def _validated(state: PageState, validator: Validator) -> PageState:
    return replace(
        state,
        asked_url=validator.url,
        etag=validator.etag,
        last_modified=validator.last_modified,
        body_hash=validator.body_hash,
    )


def _due(state: PageState, visited_at: datetime) -> PageState | None:
    """Return the page with the time of its next look, None where that was the last one.

    Looks that fell into a time when nothing ran are not made up for: they collapse into one.
    """
    for wait in CHECKS[state.checks :]:
        if state.first_seen_at + wait >= visited_at + LEAST_GAP:
            return replace(state, next_check_at=state.first_seen_at + wait)
    return None


def _state(row: Mapping[str, Any]) -> PageState:
    return PageState(**row | {"authors": tuple(row["authors"])})  # type: ignore[operator]


def _row(state: PageState) -> dict[str, object]:
    return {name: getattr(state, name) for name in PageState.__slots__} | {"authors": list(state.authors)}
