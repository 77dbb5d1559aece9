"""The items whose page could not be had yet: which are to be asked for now, and which must wait."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.records import Item, Release
from warehouse.database import Connection, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What is `due` now, by source, news first; what is `waiting`, without its text.

    `past` are those that are no news, as source and address.
    """

    due: Mapping[str, tuple[Item, ...]]
    waiting: tuple[Item, ...]
    past: frozenset[tuple[str, str]]


def pending_items(con: Connection, now: datetime) -> Pending:
    """Return the items whose page could not be had yet, as they are at `now`."""
    due: dict[str, list[Item]] = {}
    waiting: list[Item] = []
    past: set[tuple[str, str]] = set()
    for row in rows(con, "pending_items"):
        next_try_at, first_import = row.pop("next_try_at"), row.pop("first_import")
        release = Release(**row["release"]) if row["release"] else None
        given = {"authors": tuple(row["authors"]), "redirector": bool(row["redirector"]), "release": release}
        item = Item(**row | given)
        if first_import:
            past.add((item.source_id, item.url))
        if next_try_at is not None and next_try_at > now:
            waiting.append(replace(item, summary=None))
        else:
            due.setdefault(item.source_id, []).append(item)
    return Pending(
        due={source_id: tuple(items) for source_id, items in due.items()},
        waiting=tuple(waiting),
        past=frozenset(past),
    )
