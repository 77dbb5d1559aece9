"""Publish the warehouse: the read-only file that users open, replaced by an atomic rename.

Readers keep the file they opened, new ones get the new file, and nobody waits. A file copy, not DuckDB's
`COPY FROM DATABASE`: measured 0.2 s against 7.7 s for 220 MB.
"""

import os
import shutil
from pathlib import Path

from warehouse.database import WAIT_S, open_warehouse
from warehouse.landing import replace_file
from warehouse.lock import exclusive


def publish(warehouse: Path, snapshot: Path) -> bool:
    """Replace `snapshot` by a copy of `warehouse`; False where nothing has changed since the last time.

    The copy carries the modification time of the warehouse, which is how a change is told.

    Raises:
        WarehouseError: the warehouse is held by another process or damaged.
        OSError: the snapshot's folder cannot be written.
    """
    log = warehouse.with_name(warehouse.name + ".wal")
    if log.exists() or not warehouse.exists():
        with open_warehouse(warehouse):  # replays what a killed writer had committed; closing checkpoints it
            pass
    with exclusive(warehouse.with_name("writer.lock"), wait_s=WAIT_S):
        state = warehouse.stat()
        if snapshot.exists() and snapshot.stat().st_mtime_ns == state.st_mtime_ns:
            return False
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        _copy(warehouse, snapshot, modified_ns=state.st_mtime_ns)
    return True


def copy_to(snapshot: Path, folder: Path) -> Path:
    """Copy the published `snapshot` into `folder`, in one step for its readers, and return the copy's path.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / snapshot.name
    _copy(snapshot, target, modified_ns=snapshot.stat().st_mtime_ns)
    return target


def _copy(origin: Path, target: Path, *, modified_ns: int) -> None:
    """Copy `origin` beside `target` and rename it over; what could not be finished takes no room."""
    temporary = target.with_name(f".{target.name}.writing")
    try:
        shutil.copyfile(origin, temporary)
        os.utime(temporary, ns=(modified_ns, modified_ns))
        replace_file(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
