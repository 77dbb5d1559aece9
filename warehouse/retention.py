"""How long things are kept: which rows and files of the past go, and what is counted before it goes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from warehouse.database import Connection, run, transaction
from warehouse.kept import Retention
from warehouse.plan import ITEM_MEMORY

#: A file under a temporary name is a killed writer's after so long: none is written for longer.
TEMPORARY_FOR = timedelta(days=1)
#: Files that were set aside because they could not be read are kept for so long, for whoever wants to look at them.
ASIDE_FOR = timedelta(days=30)
#: A warehouse that was made with other rules, beside the one in use, waits so long to be adopted.
PREPARED_FOR = timedelta(days=7)
#: Ends of names under which files are written before they are whole.
TEMPORARY = (".writing", ".rebuilding", ".restoring")
#: What stands in the names of files that were set aside.
ASIDE = (".broken", ".replaced-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """A batch in the archive: its file, the bytes of it, and when it was loaded."""

    path: Path
    size: int
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """How many rows went; `kept_from` is the moment from which on polls and requests are whole, None: ever."""

    polls: int
    requests: int
    items: int
    kept_from: datetime | None


def drop_rows(con: Connection, now: datetime, retention: Retention) -> Dropped:
    """Drop polls and requests that are too old, and keys of items that nobody lists any more; all or none of it.

    Whole days (UTC) go. Polls are counted by day first, so that `coverage` keeps them; the last poll of each source,
    and the last that brought something, stay: they tell how the source is.
    """
    until = (now - retention.ledger).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction(con):
        # A key is forgotten after twice the time for which it is known: what it is good for has long ended by then.
        ((items,),) = run(con, "drop_items", before=now - 2 * ITEM_MEMORY)
        run(con, "choose_polls", before=until)
        run(con, "count_polls")
        ((polls,),) = run(con, "drop_polls")
        ((requests,),) = run(con, "drop_requests", before=until)
    ((before,),) = run(con, "kept_from")
    dropped = polls or requests
    return Dropped(polls=polls, requests=requests, items=items, kept_from=until if dropped else before)


def batches_to_drop(
    archive: Iterable[Archived], now: datetime, retention: Retention, held: Collection[str]
) -> Sequence[Archived]:
    """Return which batches go, the oldest first: those that are too old, then as many as are too much.

    What is not `held` (ids) by the checked copy of the warehouse stays in any case.
    """
    ordered = sorted(archive, key=lambda one: (one.loaded_at, one.path.name))
    excess = sum(one.size for one in ordered) - retention.archive_bytes
    dropped: list[Archived] = []
    for one in ordered:
        if excess <= 0 and one.loaded_at >= now - retention.archive:
            break
        if one.path.stem not in held:
            continue
        dropped.append(one)
        excess -= one.size
    return dropped


def leftovers(
    files: Iterable[tuple[Path, datetime]], now: datetime, orders: Collection[str]
) -> Sequence[Path]:
    """Return which of `files` (with their times of modification) nobody needs any more.

    They are temporary files of killed writers, answers kept for orders that are no more (`orders` are the ids of those
    there are; one that was set aside is there still), and files that were set aside long ago.
    """
    known = list(files)
    orders = {*orders, *(path.stem for path, _ in known if path.suffix == ".broken")}
    found = []
    for path, modified_at in known:
        age = now - modified_at
        if path.name.endswith(TEMPORARY) or (path.suffix == ".spool" and path.stem not in orders):
            gone = age > TEMPORARY_FOR
        elif path.suffix == ".prepared":
            gone = age > PREPARED_FOR
        else:
            gone = any(sign in path.name for sign in ASIDE) and age > ASIDE_FOR
        if gone:
            found.append(path)
    return found
