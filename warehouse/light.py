"""A light snapshot: all that the snapshot says but the texts of the articles, in a small file.

It holds every table, view and macro of the surface. Null in it are whole texts, leads and what was changed in
texts; titles, the sentences of claims, citations and developments, and the alerts stay: they are the evidence. Of the
writer's own tables it holds those that views and macros read.
"""

import os
import re
from pathlib import Path

import duckdb

from extractors.errors import WarehouseError
from warehouse.database import (
    WAIT_S,
    Connection,
    attached,
    literal,
    little_memory,
    open_snapshot,
    open_warehouse,
    rows,
    run,
)
from warehouse.landing import flush_file, move_whole
from warehouse.lock import exclusive

#: Columns that hold text of articles, in whatever table.
TEXTS = frozenset({"text", "lead", "diff", "summary"})
#: Said of such a column, after what it is otherwise.
NOTE = "Null here: this file was published without texts (newswatch publish --only-text no)."
_SNAPSHOT = "snapshot_read"
#: What DuckDB may keep in memory meanwhile: rows that come in their order are held until their turn.
_MEMORY = "1GB"
#: What is read of the writer's own tables, in the text of a view or macro.
_OWN = re.compile(r"\bstate\.\"?(\w+)")


def publish_light(snapshot: Path, target: Path, folder: Path) -> bool:
    """Replace `target` by a copy of `snapshot` without texts; False where `snapshot` is the same as the last time.

    It is made in `folder`, flushed and renamed, so that readers of `target` see the old file or the new one. That the
    snapshot is the same is told by its time of modification, which the light file carries.

    Raises:
        WarehouseError: another process is making one, or the snapshot cannot be read or is of a newer program.
        OSError: the folder of `target` cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / "light.lock", wait_s=WAIT_S, doing="publishing without texts"):
        modified_ns = snapshot.stat().st_mtime_ns
        if target.exists() and target.stat().st_mtime_ns == modified_ns:
            return False
        made = folder / "light.duckdb"
        try:
            for left in (made, made.with_name(made.name + ".wal")):
                left.unlink(missing_ok=True)
            with open_warehouse(made) as con, attached(con, snapshot, _SNAPSHOT):
                _fill(con)
            os.utime(made, ns=(modified_ns, modified_ns))
            flush_file(made)
            move_whole(made, target)
        finally:
            made.unlink(missing_ok=True)
    return True


def is_light(path: Path) -> bool:
    """Tell whether a file was written by `publish_light`; False also where it cannot be read."""
    try:
        with open_snapshot(path) as con:
            ((noted,),) = run(con, "light_noted", note=NOTE)
    except (WarehouseError, duckdb.Error):
        return False
    return bool(noted)


def _fill(con: Connection) -> None:
    """Copy the rows of the attached snapshot into the empty tables of the open file."""
    read = {name for (text,) in run(con, "light_definitions") for name in _OWN.findall(text or "")}
    found: dict[tuple[str, str], list[tuple[str, str, bool]]] = {}
    for row in rows(con, "light_columns", snapshot=_SNAPSHOT):
        key = (row["schema_name"], row["table_name"])
        found.setdefault(key, []).append((row["column_name"], row["comment"] or "", row["is_nullable"]))
    with little_memory(con, _MEMORY):
        for (schema, table), columns in found.items():
            if schema == "main" or table in read:
                _copy_table(con, f'{schema}."{table}"', columns)


def _copy_table(con: Connection, table: str, columns: list[tuple[str, str, bool]]) -> None:
    for name, comment, nullable in columns:
        if name not in TEXTS:
            continue
        if not nullable:
            con.execute(f'ALTER TABLE {table} ALTER COLUMN "{name}" DROP NOT NULL')
        told = literal(f"{comment} {NOTE}".strip())
        con.execute(f'COMMENT ON COLUMN {table}."{name}" IS {told}')
    kept = ", ".join(f'"{name}"' for name, _, _ in columns if name not in TEXTS)
    con.execute(f"DELETE FROM {table}")  # noqa: S608 - what migrations have put there
    con.execute(f"INSERT INTO {table} ({kept}) SELECT {kept} FROM {_SNAPSHOT}.{table}")  # noqa: S608 - our own names
