"""The landing zone: orders and batches as Parquet files, written whole or not at all.

The seam between collecting and loading. A file is written under a temporary name, flushed to the disk and
renamed, so that whoever lists the folder sees only finished ones. Columns are derived from the records'
annotations; a field that an older program did not write takes its default when it is read.
"""

import errno
import glob
import os
import shutil
import sys
import typing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from extractors.errors import WarehouseError
from extractors.orders import (
    ArchiveVisit,
    Batch,
    HostRest,
    ItemOutcome,
    Kill,
    Order,
    PageVisit,
    Poll,
    Request,
    RightsFile,
    RobotsFile,
    batch_id_of,
)
from extractors.records import CollectedArticle
from extractors.shares import Share
from warehouse.database import Connection, adapter, column_type, literal, open_scratch

#: Bytes of a copy after which the system is told to begin writing them.
_PIECE = 8 << 20
#: The kinds of record in a batch: the column of the file, and the field of `Batch`.
_KINDS = {
    "poll": ("polls", Poll),
    "outcome": ("outcomes", ItemOutcome),
    "article": ("articles", CollectedArticle),
    "request": ("requests", Request),
    "page": ("pages", PageVisit),
    "rest": ("rests", HostRest),
    "robots": ("robots", RobotsFile),
    "kill": ("kills", Kill),
    "archive": ("archives", ArchiveVisit),
    "rights": ("rights", RightsFile),
}
#: Failures of the disk or the memory, not of a file: what failed of them may be done another time.
MACHINE_ERRORS = (OSError, MemoryError, duckdb.IOException, duckdb.OutOfMemoryException)
_SHARES = f"{column_type(Share)}[]"
_HEAD = (
    "$batch_id AS batch_id, $order_id AS order_id, $collected_at::TIMESTAMPTZ AS collected_at, "
    f"$parts::VARCHAR[] AS parts, $shares::{_SHARES} AS shares"
)
#: Rows bound to one statement: bounds the memory of writing a large batch.
_CHUNK = 500


def write_order(folder: Path, order: Order) -> Path:
    """Write `order` into the landing zone `folder` and return its path."""
    path = order_path(folder, order.order_id)
    with open_scratch() as con:
        types = typing.get_type_hints(Order)
        columns = ", ".join(f'${name}::{column_type(kind)} AS "{name}"' for name, kind in types.items())
        con.execute(f"CREATE TEMP TABLE part AS SELECT {columns}", _plain(order))
        _write(con, path)
    return path


def order_path(folder: Path, order_id: str) -> Path:
    """Return where an order lies in the landing zone `folder`."""
    return folder / "orders" / f"{order_id}.parquet"


def read_order(path: Path) -> Order:
    """Read the order at `path`.

    Raises:
        WarehouseError: it is no order, or damaged.
        duckdb.Error: it could not be read this time.
    """
    (row,) = _read(path)
    order: Order = _record(path, Order, row)
    return order


def write_batch(folder: Path, batch: Batch) -> Path:
    """Write `batch` into `folder`/batches and return its path; one row a record, its kind's column filled."""
    path = folder / "batches" / f"{batch.batch_id}.parquet"
    types = {kind: column_type(record) for kind, (_, record) in _KINDS.items()}
    row = 'STRUCT("batch_id" VARCHAR, "order_id" VARCHAR, "collected_at" TIMESTAMPTZ, "parts" VARCHAR[], '
    row += f'"shares" {_SHARES}, '
    row += ", ".join(f'"{kind}" {inside}' for kind, inside in types.items()) + ")"
    head = {name: getattr(batch, name) for name in ("batch_id", "order_id", "collected_at")}
    head["parts"] = list(batch.parts) or None
    head["shares"] = _plain(batch.shares) or None
    with open_scratch() as con:
        con.execute(f"CREATE TEMP TABLE part AS SELECT unnest([NULL::{row}], max_depth := 2) LIMIT 0")
        # A batch without records still says that its order was carried out.
        con.execute(f"INSERT INTO part BY NAME SELECT {_HEAD}", head)
        for kind, (name, record) in _KINDS.items():
            for chunk in _chunks(getattr(batch, name)):
                _append(con, head, kind, record, chunk)
        _write(con, path)
    return path


def read_batch(path: Path) -> Batch:
    """Read the batch at `path`.

    Raises:
        WarehouseError: it is no batch, or damaged.
        duckdb.Error: it could not be read this time.
    """
    found = _read(path)
    records: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for row in found:
        for kind, (_, record) in _KINDS.items():
            if row.get(kind) is not None:
                records[kind].append(_record(path, record, row[kind]))
    first = found[0]
    return Batch(
        batch_id=first["batch_id"],
        order_id=first["order_id"],
        collected_at=first["collected_at"],
        parts=tuple(first.get("parts") or ()),
        shares=tuple(_record(path, Share, share) for share in first.get("shares") or ()),
        **{name: tuple(records[kind]) for kind, (name, _) in _KINDS.items()},
    )


def waiting_batches(folder: Path) -> list[Path]:
    """Return the finished batches that wait to be loaded, oldest first."""
    found: list[tuple[int, str, Path]] = []
    for path in (folder / "batches").glob("*.parquet"):
        with suppress(FileNotFoundError):  # another process has just archived it
            found.append((path.stat().st_mtime_ns, path.name, path))
    return [path for _, _, path in sorted(found)]


def archive_batch(path: Path, archive: Path) -> Path:
    """Move a loaded batch into `archive` and return its new path."""
    target = archive / path.name
    move_whole(path, target)
    return target


def set_aside(path: Path) -> Path:
    """Rename a batch or order that cannot be read, so that it blocks nothing and is not lost; return its new path.

    What was answered to an order goes with it, under the same name: it is read together with it or not at all.
    """
    with suppress(FileNotFoundError):
        path.with_suffix(".spool").rename(path.with_suffix(".broken-spool"))
    aside = path.rename(path.with_suffix(".broken"))
    os.utime(aside)  # it is kept for some time from now on
    return aside


def unfinished_orders(folder: Path) -> list[Path]:
    """Return the orders that no batch waits for, oldest first: whoever carried them out was ended."""
    found = [path for path in (folder / "orders").glob("*.parquet") if not _has_batch(folder, path)]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def spool_path(folder: Path, order_id: str) -> Path:
    """Return where the answers to the requests of an order are kept until its batch is loaded."""
    return order_path(folder, order_id).with_suffix(".spool")


def remove_order(folder: Path, order_id: str) -> None:
    """Remove an order whose batch has been loaded, and what was kept of its answers."""
    for path in (spool_path(folder, order_id), order_path(folder, order_id)):
        with suppress(FileNotFoundError):
            path.unlink()


def flush_folder(folder: Path) -> None:
    """Flush the entries of `folder` to the disk, so that a rename in it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_file(origin: Path, target: Path) -> None:
    """Copy a file that is flushed next, with the disk at work from the first piece on and not from the flush on.

    Measured for 3.0 GB on ext4, with the flush: 1.4 to 1.9 GB/s, against 1.0 to 1.3 by `shutil.copyfile`.
    """
    if sys.platform == "linux":
        try:
            with origin.open("rb") as source, target.open("wb") as copy:
                at = 0
                while sent := os.sendfile(copy.fileno(), source.fileno(), at, _PIECE):
                    # What is not on the disk yet cannot be dropped: to ask for that has it written (mm/fadvise.c).
                    os.posix_fadvise(copy.fileno(), at, sent, os.POSIX_FADV_DONTNEED)
                    at += sent
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}:
                if error.filename is None:  # as `shutil` says it
                    error.filename, error.filename2 = str(origin), str(target)
                raise
        else:
            return
    shutil.copyfile(origin, target)


def flush_file(path: Path) -> None:
    """Flush what was written to the file at `path` to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def move_whole(path: Path, target: Path) -> None:
    """Move a file, to another disk too, so that it is always whole in one of the two places; it keeps its time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        flush_folder(target.parent)
        return
    temporary = target.with_name(f"{target.name}.writing")
    try:
        shutil.copy2(path, temporary)
        replace_file(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    path.unlink()


def replace_file(temporary: Path, target: Path) -> None:
    """Flush `temporary` to the disk and rename it to `target`: readers see the old file or the new one."""
    flush_file(temporary)
    temporary.replace(target)
    flush_folder(target.parent)


def _has_batch(folder: Path, order: Path) -> bool:
    return (folder / "batches" / f"{batch_id_of(order.stem)}.parquet").exists()


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _append(con: Connection, head: dict[str, Any], kind: str, record: type, records: Sequence[Any]) -> None:
    """Append rows of one kind, each field bound as one list: as a list of records it takes three times as long."""
    names, types = _names(record), typing.get_type_hints(record)
    lists = ", ".join(
        f'unnest($v{place}::{column_type(types[name])}[]) AS "{name}"' for place, name in enumerate(names)
    )
    packed = ", ".join(f'"{name}": "{name}"' for name in names)
    values = {
        f"v{place}": [_plain(getattr(one, name)) for one in records] for place, name in enumerate(names)
    }
    con.execute(
        f'INSERT INTO part BY NAME SELECT {_HEAD}, {{{packed}}} AS "{kind}" FROM (SELECT {lists})',  # noqa: S608 - our own
        head | values,
    )


def _plain(value: Any) -> Any:
    """Return `value` with records as dictionaries and tuples as lists, the forms DuckDB binds."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, tuple | list):
        return [_plain(inside) for inside in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    return value


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _write(con: Connection, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".writing")
    con.execute(f"COPY part TO {literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd)")
    replace_file(temporary, path)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        with open_scratch() as con:
            result = con.execute("SELECT * FROM read_parquet($path)", {"path": glob.escape(str(path))})
            names = [column[0] for column in result.description or []]
            found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    except MACHINE_ERRORS:
        raise
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: cannot be read as Parquet ({str(error).splitlines()[0]})") from error
    if not found:
        raise WarehouseError(f"{path}: holds no rows")
    return found


def _record(path: Path, record: type, row: dict[str, Any]) -> Any:
    try:
        return adapter(record).validate_python(
            {key: value for key, value in row.items() if value is not None}
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise WarehouseError(f"{path}: {record.__name__}.{place}: {first['msg']}") from error
