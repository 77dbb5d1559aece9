"""The older parts of feeds: which is to be read next, and what the reading of one leaves to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from extractors.orders import Archive, ArchiveVisit, Batch, Poll
from extractors.records import Item, item_keys
from warehouse.database import Connection, insert, rows, run
from warehouse.source_states import SourceState

#: Older parts of one feed that are read, and items that they may list: at 5 s a page, a thousand pages of one host take
#: an hour and a half of its time, and the parts of common feeds (10 to 100 items each) reach weeks to months back.
MOST_PARTS, MOST_LISTED = 10, 1000
#: A part that could not be had is asked for again after this, then after twice as long, so often in all.
RETRY_AFTER, MOST_ATTEMPTS = timedelta(hours=1), 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveState:
    """How far the older parts of a feed have been read; fields as the columns of `state.archives`."""

    source_id: str
    url: str
    read: tuple[str, ...]
    next_try_at: datetime
    began_at: datetime
    items: int = 0
    attempts: int = 0


def begun(poll: Poll, before: SourceState | None) -> ArchiveState | None:
    """Return what is to be read of the past of a source after `poll`, None where nothing is.

    Only the first reading of a source begins it; `before` is how the source was, None where it is not watched.
    """
    if poll.older is None or poll.instead is not None or before is None or before.last_ok_at is not None:
        return None
    return ArchiveState(
        source_id=poll.source_id,
        url=poll.older,
        read=(poll.url or before.polled_url,),
        next_try_at=poll.started_at,
        began_at=poll.started_at,
    )


def after_archive(before: ArchiveState, visit: ArchiveVisit) -> ArchiveState | None:
    """Return what is to be read after `visit`, None where that was all: the end, a failure for good, or enough."""
    if visit.url != before.url:
        return before
    if visit.error is not None:
        attempts = before.attempts + 1
        if not visit.again or attempts >= MOST_ATTEMPTS:
            return None
        wait = RETRY_AFTER * 2**before.attempts
        return replace(before, attempts=attempts, next_try_at=visit.visited_at + wait)
    items = before.items + visit.items
    read = (*before.read, visit.url)
    if visit.older is None or visit.older in read or len(read) > MOST_PARTS or items >= MOST_LISTED:
        return None
    return replace(before, url=visit.older, read=read, items=items, attempts=0, next_try_at=visit.visited_at)


def due_archives(con: Connection, now: datetime) -> dict[str, Archive]:
    """Return the next older part of each source that is to be read at `now`, by source.

    None of a source with items whose page nobody has asked for yet: what one part lists is read before the next.
    """
    return {
        row["source_id"]: Archive(
            url=row["url"],
            read=tuple(row["read"]),
            most=MOST_LISTED - row["items"],
            began_at=row["began_at"],
        )
        for row in rows(con, "due_archives", now=now)
    }


def save_archives(con: Connection, batch: Batch, states: Mapping[str, SourceState]) -> None:
    """Write down what is still to be read of the past of the sources in `batch`; `states` as they were before it."""
    visits = {visit.source_id: visit for visit in batch.archives}
    first = [one for poll in batch.polls if (one := begun(poll, states.get(poll.source_id))) is not None]
    before = {state.source_id: state for state in _read(con, visits)}
    after = [after_archive(state, visits[key]) for key, state in before.items()]
    kept = {state.source_id: state for state in (*after, *first) if state is not None}
    run(con, "delete_archives", ids=sorted({*visits, *kept}))
    insert(con, "state.archives", [_row(state) for state in kept.values()])


def archived_until(batch: Batch) -> dict[str, datetime]:
    """Return the keys of the items that older parts of feeds list in `batch`, with when their feed was read first.

    The visits tell it: the source may go by another id or address since.
    """
    return {key: one.began_at or one.visited_at for one in batch.archives for key in one.keys}


def is_of_archive(item: Item, until: Mapping[str, datetime]) -> bool:
    """Tell whether `item` was listed by an older part of its feed (`until`, as `archived_until`) and is no news.

    What was published after the feed was read first has slipped from its front into an older part since.
    """
    began = next((until[key] for key in item_keys(item) if key in until), None)
    return began is not None and (item.published_at is None or item.published_at <= began)


def _read(con: Connection, ids: Iterable[str]) -> list[ArchiveState]:
    found = rows(con, "archives", ids=sorted(ids))
    return [ArchiveState(**row | {"read": tuple(row["read"])}) for row in found]


def _row(state: ArchiveState) -> dict[str, object]:
    return {name: getattr(state, name) for name in ArchiveState.__slots__} | {"read": list(state.read)}
