"""Make a warehouse anew that is damaged or gone: from what can still be read, and from the archived batches since.

The damaged file is set aside under another name. Each step leaves things so that a kill there costs
nothing, and the next cycle begins again.
"""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb
import structlog

from extractors.errors import DamagedWarehouseError, WarehouseError
from warehouse.database import (
    WAIT_S,
    Connection,
    damage_in,
    insert,
    open_scratch,
    open_snapshot,
    open_warehouse,
    run,
    suspicion_path,
    transaction,
)
from warehouse.integrity import require_readable
from warehouse.journal import Event, Journal
from warehouse.landing import MACHINE_ERRORS, flush_folder, move_whole
from warehouse.lock import exclusive
from warehouse.outbox import due_alerts, sent_alerts
from warehouse.vitals import Rebuilt

log = structlog.get_logger()

MadeFrom = Literal["warehouse", "snapshot", "verified", "archive", "nothing"]

#: So many damaged files are kept, the newest.
KEPT_ASIDE = 3
#: Beside a file of the given name stands its log of changes.
_WAL = ".wal"
_CHUNK = 1 << 20
#: What a journal that was lost begins with, by the state of an alert that a copy knows: what was to go out may have.
_BEGUN_WITH: Mapping[str, Event] = {"pending": "trying", "held": "waiting", "failed": "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things lie: the writer's file, the published one, landing zone, archive, and the journal of sending."""

    warehouse: Path
    snapshot: Path
    landing: Path
    archive: Path
    journal: Path

    @property
    def verified(self) -> Path:
        """The last copy of the warehouse that was checked and found whole."""
        return self.warehouse.with_name("verified.duckdb")


def damage_of(places: Places) -> str | None:
    """Return why the warehouse must be made anew, None where it is whole as far as can be told by opening it.

    All of it is read only where somebody has met damage (`warehouse.database.suspect`). That a file is gone counts
    where there is a copy of it, or a batch that was loaded into it: then there was one.

    Raises:
        WarehouseError: it cannot be opened for another reason: held, written by a newer program.
    """
    suspicion = suspicion_path(places.warehouse)
    if not places.warehouse.exists():
        if places.snapshot.exists() or places.verified.exists():
            return "the warehouse is gone, and its snapshot is there"
        archived = any(places.archive.glob("*.parquet"))
        return "the warehouse is gone, and batches are there that it had loaded" if archived else None
    try:
        with open_warehouse(places.warehouse) as con:
            if suspicion.exists():
                require_readable(con)
    except DamagedWarehouseError as error:
        return str(error)
    except Exception as error:
        if damage := damage_in(error):
            return damage
        raise
    suspicion.unlink(missing_ok=True)
    return None


def rebuild(places: Places, cause: str, now: datetime) -> Rebuilt:
    """Put a new warehouse in the place of the damaged one, and give the batches it lacks back to be loaded.

    It is made from the first of these that can be read to its end: the file itself without its log of changes, the
    snapshot, the last verified copy; else from the archive alone. The outbox is brought up to the journal of sending
    when the next alert goes out.

    Raises:
        WarehouseError: a copy was written by a newer program: nothing is changed.
        OSError: the disk is full, or a folder cannot be written: likewise.
    """
    temporary = places.warehouse.with_name(places.warehouse.name + ".rebuilding")
    try:
        made_from = _make_copy(places, temporary)
        with open_warehouse(temporary) as con:
            missing = missing_batches(con, places.archive)
            ((as_of,),) = run(con, "last_loaded_at")
            told = Rebuilt(
                rebuilt_at=now,
                cause=cause,
                made_from=made_from,
                as_of=as_of,
                returned=len(missing),
                set_aside=aside_name(places, "broken", now),
            )
            with transaction(con):
                insert(con, "rebuilds", [{name: getattr(told, name) for name in Rebuilt.__slots__}])
            note_in_journal(con, Journal(places.journal), now)
        return_batches(missing, places.landing)
        put_in_place(places, temporary, told.set_aside)
    finally:
        _remove(temporary)
    suspicion_path(places.warehouse).unlink(missing_ok=True)
    _keep_few_aside(places)
    return told


def missing_batches(con: Connection, archive: Path) -> Sequence[Path]:
    """Return the archived batches that the open warehouse does not hold, the oldest first."""
    found = {path.stem: path for path in archive.glob("*.parquet")}
    held = {batch_id for (batch_id,) in run(con, "batch_is_loaded", ids=list(found))}
    missing = [path for batch_id, path in found.items() if batch_id not in held]
    return sorted(missing, key=lambda path: (path.stat().st_mtime_ns, path.name))


def return_batches(paths: Sequence[Path], landing: Path) -> None:
    """Move archived batches back into the landing zone; the next load takes them in the order they were collected.

    That order is the one of their times of modification, which a copy of a home may have lost.
    """
    with open_scratch() as con:
        for path in paths:
            with suppress(duckdb.Error):  # whoever loads it sets it aside
                ((collected_at,),) = run(con, "batch_collected_at", path=glob.escape(str(path)))
                os.utime(path, (collected_at.timestamp(), collected_at.timestamp()))
            move_whole(path, landing / "batches" / path.name)


def note_in_journal(con: Connection, journal: Journal, now: datetime) -> None:
    """Note that batches come back whose news is old; where the journal is lost, begin one with what the copy knows."""
    due = due_alerts(con)
    if journal.known:
        journal.note_rebuilt((alert.alert_id for alert in due), now)
        return
    journal.begin(sent_alerts(con), {alert.alert_id: _BEGUN_WITH[alert.state] for alert in due}, now)


def aside_name(places: Places, why: str, now: datetime) -> str | None:
    """Return a free name for the warehouse that is there, which says `why` it is set aside; None where none is."""
    if not places.warehouse.exists() and not _wal(places.warehouse).exists():
        return None
    stem = f"{places.warehouse.stem}.{why}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{stem}{number}{places.warehouse.suffix}" for number in _numbers())
    return next(name for name in names if not places.warehouse.with_name(name).exists())


def put_in_place(places: Places, new: Path, aside: str | None) -> None:
    """Set the warehouse and its log of changes aside under the name `aside`, and rename `new` to it.

    In this order no log meets a strange file; whoever looks in between finds none (`damage_of`).

    Raises:
        WarehouseError: `aside` is None, but there is a warehouse since.
    """
    with exclusive(places.warehouse.with_name("writer.lock"), wait_s=WAIT_S):
        if aside is None and places.warehouse.exists():
            raise WarehouseError(f"{places.warehouse}: another newswatch has just made it; try again")
        if aside is not None:
            for path, name in ((_wal(places.warehouse), f"{aside}{_WAL}"), (places.warehouse, aside)):
                with suppress(FileNotFoundError):
                    os.utime(path.rename(path.with_name(name)))  # it is kept for some time from now on
        new.replace(places.warehouse)
        flush_folder(places.warehouse.parent)


def _make_copy(places: Places, temporary: Path) -> MadeFrom:
    """Copy the first candidate that can be read to its end; where there is none, `temporary` is not there."""
    for name, path in _candidates(places).items():
        _remove(temporary)
        if _usable_copy(path, temporary):
            return name
    _remove(temporary)
    return "archive" if any(places.archive.glob("*.parquet")) else "nothing"


def _candidates(places: Places) -> Mapping[MadeFrom, Path]:
    found: dict[MadeFrom, Path] = {}
    if _wal(places.warehouse).exists():
        found["warehouse"] = places.warehouse
    return found | {"snapshot": places.snapshot, "verified": places.verified}


def _usable_copy(path: Path, temporary: Path) -> bool:
    """Copy `path` to `temporary`; False where it is not there, is no warehouse, or cannot be read to its end.

    Raises:
        OSError, MemoryError, duckdb.Error: the copy cannot be written.
        WarehouseError: a newer program wrote it.
    """
    try:
        if not _copied(path, temporary):
            return False
        with open_snapshot(temporary) as con:
            if "migrations" not in {table for _, table in run(con, "all_tables")}:
                raise DamagedWarehouseError(f"{path}: is no warehouse")
        with open_warehouse(temporary) as con:
            require_readable(con)
    except (WarehouseError, duckdb.Error) as error:
        cause = error.__cause__ if isinstance(error, WarehouseError) else error
        if not isinstance(error, DamagedWarehouseError) and not _is_about_bytes(cause):
            raise
        log.warning("copy_not_usable", path=str(path), error=str(error))
        return False
    return True


def _is_about_bytes(error: BaseException | None) -> bool:
    """Whether what DuckDB says is about the file itself, neither about the machine nor about a newer program."""
    if not isinstance(error, duckdb.Error):
        return False
    return damage_in(error) is not None or not isinstance(error, MACHINE_ERRORS)


def _copied(path: Path, temporary: Path) -> bool:
    """Copy a file; False where it is not there or cannot be read.

    Raises:
        PermissionError: whoever may can mend that; to pass it over could cost what nothing else holds.
        OSError: the copy cannot be written.
    """
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError):
        return False
    with file, temporary.open("wb") as out:
        while True:
            try:
                chunk = file.read(_CHUNK)
            except OSError as error:
                log.warning("copy_not_usable", path=str(path), error=str(error))
                return False
            if not chunk:
                return True
            out.write(chunk)


def _keep_few_aside(places: Places) -> None:
    """Remove the oldest of the damaged files, so that a disk that spoils one after the other is not filled by them."""
    aside = sorted(places.warehouse.parent.glob(f"{places.warehouse.stem}.broken-*{places.warehouse.suffix}"))
    for path in aside[:-KEPT_ASIDE]:
        log.warning("damaged_file_removed", path=str(path))
        _remove(path)


def _numbers() -> Iterator[str]:
    yield ""
    yield from (f"-{number}" for number in range(2, 1000))


def _remove(path: Path) -> None:
    for one in (path, _wal(path)):
        one.unlink(missing_ok=True)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + _WAL)
