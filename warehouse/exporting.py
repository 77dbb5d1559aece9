"""Export the snapshot: every table and view of the surface as a file, in a folder with a manifest.

The folder is written beside and renamed: what is there is an older export, or a whole one. The manifest is the last
file, and says of each other one how many rows it has and what its hash is, so that `warehouse.exported` can tell
whether the set is whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from extractors.errors import ConfigurationError, WarehouseError
from warehouse.cells import csv_text, json_lines, plain
from warehouse.database import Connection, literal, open_snapshot, rows, run
from warehouse.landing import flush_file, flush_folder

ExportForm = Literal["parquet", "csv", "jsonl"]

MANIFEST = "manifest.json"
#: What a manifest says it is of, and the version of its own form.
KIND, VERSION = "newswatch export", 1
#: What DuckDB may keep in memory; what does not fit lies in the folder that is being written.
_MEMORY = "1GB"
#: Rows that are read at a time where a file is not written by DuckDB.
_CHUNK = 2_000
#: Rows of a Parquet row group, and of one with texts: whoever reads it holds all texts of a group.
_ROW_GROUP, _TEXTS_GROUP = 20_480, 4_096

#: The articles of which a version was first seen since then: what hangs on an article goes with it.
_NEWS = "SELECT article_id FROM main.revisions WHERE seen_at >= getvariable('since')"
#: The developments that these report, and the stories they belong to.
_REPORTED = f"SELECT development_id FROM main.development_articles WHERE article_id IN ({_NEWS})"  # noqa: S608 - our own
_TOLD = f"SELECT story_id FROM main.articles WHERE article_id IN ({_NEWS})"  # noqa: S608 - our own
#: Which rows are there since a moment, for tables and views with these columns, the first that are there.
_SINCE: Sequence[tuple[Collection[str], str]] = (
    (
        ("detected_at", "withdrawn_at"),
        (
            "greatest(detected_at, confirmed_at, official_at, withdrawn_at) >= getvariable('since')"
            f" OR development_id IN ({_REPORTED})"
        ),
    ),
    (("gone_at", "detected_at"), "gone_at >= getvariable('since')"),
    (("created_at", "sent_at"), "greatest(created_at, tried_at, sent_at) >= getvariable('since')"),
    (("since", "ended_at"), "ended_at IS NULL OR ended_at >= getvariable('since')"),
    (("happened_at",), f"happened_at >= getvariable('since') OR article_id IN ({_NEWS})"),
    (("article_id",), f"article_id IN ({_NEWS})"),
    (
        ("first_at", "last_at"),
        f"last_at >= getvariable('since') OR story_id IN ({_TOLD})",
    ),
    (("started_at",), "started_at >= getvariable('since')"),
    (("seen_at",), "seen_at >= getvariable('since')"),
    (("changed_at",), "changed_at >= getvariable('since')"),
    (("rebuilt_at",), "rebuilt_at >= getvariable('since')"),
    (("reprocessed_at",), "reprocessed_at >= getvariable('since')"),
    (("day",), "day >= CAST(getvariable('since') AT TIME ZONE 'UTC' AS DATE)"),
    (("week",), "week >= CAST(date_trunc('week', getvariable('since') AT TIME ZONE 'UTC') AS DATE)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTable:
    """A file of the set; `columns` are names and DuckDB types, `sha256` the hash of the file in hex."""

    name: str
    kind: Literal["table", "view"]
    file: str
    rows: int
    bytes: int
    sha256: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What the manifest says.

    `program` is the version of the program, `schema` the newest migration of the file, `loaded_at` the time of the last
    batch in it, None where there was none; `since` None says that all rows are there.
    """

    kind: str
    version: int
    program: str
    schema: str
    made_at: datetime
    loaded_at: datetime | None
    since: datetime | None
    format: ExportForm
    tables: tuple[ExportedTable, ...]


def export(
    snapshot: Path,
    folder: Path,
    *,
    form: ExportForm,
    now: datetime,
    program: str,
    since: datetime | None = None,
    tables: Collection[str] = (),
) -> Export:
    """Write the surface of `snapshot` into `folder`, in place of an earlier export, and return what was written.

    `tables` names those that are wanted, empty for all; `since` leaves out what was there before (tables without a time
    are written whole, and what articles that came since belong to is there). Moments are in UTC; CSV as
    `warehouse.cells` says, with text guarded against spreadsheets.

    Raises:
        ConfigurationError: there is no such table, or `folder` holds something else or cannot be replaced.
        WarehouseError: the snapshot cannot be read, or another process is exporting into `folder`.
        OSError: the disk is full, or the place cannot be written.
    """
    folder = folder.resolve()  # a link stays, and what it leads to is replaced
    _take_back(folder)
    _require_free(folder)
    with _building(folder) as building:
        with open_snapshot(snapshot, external_access=True) as con:
            written = _write_tables(con, building, form, since, tables)
            ((loaded_at,),) = run(con, "last_loaded_at")
            ((schema,),) = run(con, "export_schema")
        told = Export(
            kind=KIND,
            version=VERSION,
            program=program,
            schema=schema,
            made_at=now,
            loaded_at=loaded_at,
            since=since,
            format=form,
            tables=written,
        )
        _write_manifest(building, told)
        _put_in_place(building, folder)
    return told


@contextmanager
def _building(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder` to this process alone, and remove what is left of it at the end.

    The system frees the lock of a process that was killed, and what that left is cleared away here.
    """
    building = folder.with_name(f".{folder.name}.writing")
    building.mkdir(parents=True, exist_ok=True)
    handle = os.open(building, os.O_RDONLY)
    try:
        _lock(handle, building, folder)
        for left in building.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield building
        finally:
            shutil.rmtree(building, ignore_errors=True)
    finally:
        os.close(handle)


def _lock(handle: int, building: Path, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = building.exists() and os.path.samestat(os.fstat(handle), building.stat())
    except BlockingIOError:
        held = False
    if not held:  # or it has just been put in its place
        raise WarehouseError(f"{folder}: another newswatch is exporting into it; try again later")


def _write_tables(
    con: Connection, folder: Path, form: ExportForm, since: datetime | None, tables: Collection[str]
) -> tuple[ExportedTable, ...]:
    wanted = _surface(con, tables)
    spill = folder / "spill"
    con.execute(f"SET memory_limit = '{_MEMORY}'; SET temp_directory = {literal(str(spill))}")
    written = tuple(
        _write_table(con, folder, name, kind, columns, form, since)
        for (name, kind), columns in wanted.items()
    )
    shutil.rmtree(spill, ignore_errors=True)
    return written


def _write_manifest(folder: Path, told: Export) -> None:
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps(plain(asdict(told)), indent=1) + "\n", encoding="utf-8")
    flush_file(manifest)
    flush_folder(folder)


def _require_free(folder: Path) -> None:
    if folder.is_mount():
        raise ConfigurationError(
            f"{folder}: a disk is mounted there, and it cannot be replaced; name a folder in it"
        )
    if folder == Path.cwd():
        raise ConfigurationError(f"{folder}: is the current folder, which is not replaced; name one in it")
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder}: is a file; an export is a folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise ConfigurationError(f"{folder}: holds something else than an export; name a new folder")


def _surface(
    con: Connection, tables: Collection[str]
) -> Mapping[tuple[str, Literal["table", "view"]], Sequence[tuple[str, str]]]:
    """Return name and kind of what is wanted, each with its columns."""
    found: dict[tuple[str, Literal["table", "view"]], list[tuple[str, str]]] = {}
    for row in rows(con, "export_columns"):
        columns = found.setdefault((row["table_name"], row["kind"]), [])
        columns.append((row["column_name"], row["data_type"]))
    names = [name for name, _ in found]
    if unknown := sorted(set(tables) - set(names)):
        raise ConfigurationError(
            f"there is no table or view {unknown[0]!r}; there are {', '.join(sorted(names))}"
        )
    return {key: columns for key, columns in found.items() if not tables or key[0] in tables}


def _write_table(
    con: Connection,
    folder: Path,
    name: str,
    kind: Literal["table", "view"],
    columns: Sequence[tuple[str, str]],
    form: ExportForm,
    since: datetime | None,
) -> ExportedTable:
    path = folder / f"{name}.{form}"
    names = [column for column, _ in columns]
    condition = next((told for needed, told in _SINCE if set(needed) <= set(names)), None)
    where = f" WHERE {condition}" if since is not None and condition else ""
    order = " ORDER BY ALL" if kind == "view" else ""  # what is grouped comes in no order of its own
    select = f'SELECT * FROM main."{name}"{where}{order}'  # noqa: S608 - our own names
    con.execute("SET VARIABLE since = $since::TIMESTAMPTZ", {"since": since})
    if form == "parquet":
        group = _TEXTS_GROUP if "text" in names else _ROW_GROUP
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}"
        ((count,),) = con.execute(f"COPY ({select}) TO {literal(str(path))} ({options})").fetchall()
    else:
        count = _write_text(con.execute(select), path, names, form)
    flush_file(path)
    return ExportedTable(
        name=name,
        kind=kind,
        file=path.name,
        rows=count,
        bytes=path.stat().st_size,
        sha256=hash_of(path),
        columns=tuple(columns),
    )


def hash_of(path: Path) -> str:
    """Return the SHA-256 of the file at `path`, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_text(con: Connection, path: Path, names: Sequence[str], form: ExportForm) -> int:
    count = 0

    def chunks() -> Iterator[Sequence[tuple[Any, ...]]]:
        nonlocal count
        while found := con.fetchmany(_CHUNK):
            count += len(found)
            yield found

    pieces = csv_text(names, chunks()) if form == "csv" else json_lines(names, chunks())
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(pieces)
    return count


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _take_back(folder: Path) -> None:
    """Put an earlier export back in its place where a kill came between the two renames."""
    old = _old(folder)
    if not folder.exists() and (old / MANIFEST).exists():
        old.rename(folder)


def _put_in_place(building: Path, folder: Path) -> None:
    """Rename the finished folder; an earlier export is away for the moment between two renames."""
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    building.rename(folder)
    flush_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
