"""Is the warehouse whole: every block can be read, ids are unique, rows fit together, the snapshot is the same."""

import filecmp
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from extractors.errors import DamagedWarehouseError
from warehouse.database import Connection, damage_in, little_memory, run
from warehouse.summaries import refill, stale

State = Literal["whole", "inconsistent", "unreadable"]

#: What the check may keep in memory: with 100,000 articles it takes as long as with four times as much (measured).
_MEMORY = "100MB"

#: What makes a row its own, by table; the warehouse has no primary keys (see its first migration).
IDS = {
    "articles": "article_id",
    "revisions": "article_id, revision",
    "entities": "entity_id",
    "claims": "claim_id",
    "stories": "story_id",
    "developments": "development_id",
    "development_articles": "development_id, article_id",
    "gone_developments": "development_id",
    "alerts": "alert_id",
    "sources": "source_id",
    "runs": "run_id",
    "leads": "url, source_id",
    "poll_days": "day, source_id",
    "troubles": "trouble_id",
    "state.batches": "batch_id",
    "state.items": "item_key",
    "state.pending_items": "source_id, url",
    "state.validators": "source_id, url",
    "state.listings": "source_id",
    "state.reports": "article_id",
    "state.fingerprints": "article_id",
    "state.pages": "url",
    "state.hosts": "host",
    "state.robots": "origin",
    "state.kills": "key",
}
#: What a column points at: (table, column) → (table, column). Null points at nothing.
REFERENCES = {
    ("revisions", "article_id"): ("articles", "article_id"),
    ("mentions", "article_id"): ("articles", "article_id"),
    ("claims", "article_id"): ("articles", "article_id"),
    ("figures", "article_id"): ("articles", "article_id"),
    ("figures", "claim_id"): ("claims", "claim_id"),
    ("citations", "article_id"): ("articles", "article_id"),
    ("articles", "copy_of"): ("articles", "article_id"),
    ("articles", "story_id"): ("stories", "story_id"),
    ("developments", "story_id"): ("stories", "story_id"),
    ("developments", "first_article_id"): ("articles", "article_id"),
    ("development_articles", "development_id"): ("developments", "development_id"),
    ("development_articles", "article_id"): ("articles", "article_id"),
    ("alerts", "development_id"): ("state.every_development", "development_id"),
    ("state.fingerprints", "article_id"): ("articles", "article_id"),
    ("state.reports", "article_id"): ("articles", "article_id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """What a check found: `findings` a sentence each, empty where `state` is `whole`."""

    state: State = "whole"
    findings: tuple[str, ...] = ()

    def joined(self, other: "Integrity") -> "Integrity":
        """Return what both found; the worse state counts."""
        order: tuple[State, ...] = ("whole", "inconsistent", "unreadable")
        return Integrity(
            state=max(self.state, other.state, key=order.index), findings=self.findings + other.findings
        )


def check_warehouse(con: Connection) -> Integrity:
    """Read every block of the open warehouse, then look whether ids are unique and references lead somewhere."""
    with little_memory(con, _MEMORY):
        unreadable = tuple(_unreadable(con))
        if unreadable:
            return Integrity(state="unreadable", findings=unreadable)
        findings = (*_repeated(con), *_dangling(con))
    return Integrity(state="inconsistent" if findings else "whole", findings=findings)


def mend_summaries(con: Connection) -> Integrity:
    """Make the summaries of the open warehouse anew where they do not say what the tables say; tell of it.

    A finding says so, for a load should have kept them right. Where they cannot be made anew they stay as they were.
    """
    with little_memory(con, _MEMORY):
        wrong = ", ".join(f"state.{name}" for name in stale(con))
    if not wrong:
        return Integrity()
    told = f"{wrong}: did not say what the tables say that they sum up"
    try:
        refill(con)
    except duckdb.Error as error:
        told = f"{told}, and cannot be made anew ({str(error).splitlines()[0]})"
    else:
        told = f"{told}; all summaries were made anew, and so are the trends and timelines"
    return Integrity(state="inconsistent", findings=(told,))


def check_copy(warehouse: Path, snapshot: Path) -> Integrity:
    """Compare the published file with the warehouse, byte by byte, where it is meant to be the same.

    It is meant to be where it carries the warehouse's time of modification (see `warehouse.snapshot`). A snapshot that
    is older is no fault of the file: whoever could not publish has said so. Nor is what somebody else writes meanwhile.
    """
    try:
        written = warehouse.stat().st_mtime_ns
        if snapshot.stat().st_mtime_ns != written:
            return Integrity()
        filecmp.clear_cache()  # it goes by sizes and times
        same = filecmp.cmp(warehouse, snapshot, shallow=False)
        if same or warehouse.stat().st_mtime_ns != written:
            return Integrity()
    except FileNotFoundError:
        return Integrity()
    except OSError as error:  # whoever reads the warehouse finds out which of the two it is
        told = f"{snapshot.name}: cannot be compared with the warehouse ({error.strerror})"
        return Integrity(state="inconsistent", findings=(told,))
    return Integrity(state="inconsistent", findings=(f"{snapshot.name}: is not the same as the warehouse",))


def require_readable(con: Connection) -> None:
    """Read every block of the open warehouse.

    Raises:
        DamagedWarehouseError: a table cannot be read.
    """
    with little_memory(con, _MEMORY):
        for finding in _unreadable(con):
            raise DamagedWarehouseError(finding)


def _unreadable(con: Connection) -> Iterator[str]:
    """Read every column of every table: each block has a checksum, which DuckDB looks at when it reads it."""
    for schema, table in run(con, "all_tables"):
        try:
            con.execute(f'SELECT bit_xor(hash(t)) FROM "{schema}"."{table}" AS t').fetchall()  # noqa: S608 - from the catalogue
        except duckdb.Error as error:
            damage = damage_in(error)
            if damage is None:
                raise
            yield f"{schema}.{table}: {damage}"


def _repeated(con: Connection) -> Iterator[str]:
    for table, key in IDS.items():
        statement = f"SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1)"  # noqa: S608 - our own
        (count,) = con.execute(statement).fetchall()[0]
        if count:
            yield f"{table}: {count} times the same {key}"


def _dangling(con: Connection) -> Iterator[str]:
    for (table, column), (other, key) in REFERENCES.items():
        statement = (
            f"SELECT count(*), min(t.{column}) FROM {table} AS t "  # noqa: S608 - our own
            f"ANTI JOIN {other} AS o ON o.{key} = t.{column} WHERE t.{column} IS NOT NULL"
        )
        count, example = con.execute(statement).fetchall()[0]
        if count:
            yield f"{table}.{column}: {count} lead to no row of {other} (one is {example})"
