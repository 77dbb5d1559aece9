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
        temporary = snapshot.with_name(f".{snapshot.name}.writing")
        shutil.copyfile(warehouse, temporary)
        os.utime(temporary, ns=(state.st_mtime_ns, state.st_mtime_ns))
        replace_file(temporary, snapshot)
    return True


def copy_to(snapshot: Path, folder: Path) -> Path:
    """Copy the published `snapshot` into `folder`, in one step for its readers, and return the copy's path.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / snapshot.name
    temporary = folder / f".{snapshot.name}.writing"
    shutil.copyfile(snapshot, temporary)
    replace_file(temporary, target)
    return target
