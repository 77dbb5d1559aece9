"""What the machine has left: free room where the program writes."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from flows.conditions import BATCH_BYTES, Room
from flows.settings import Settings
from warehouse.landing import waiting_batches


def rooms(settings: Settings) -> tuple[Room, ...]:
    """Return the free room of each file system that the program writes to; a folder that is not there has none."""
    seen: dict[int, Room] = {}
    for folder in _folders(settings):
        with suppress(OSError):
            device = folder.stat().st_dev
            if device not in seen:
                seen[device] = _room(folder)
    return tuple(seen.values())


def cycle_bytes(settings: Settings) -> int:
    """Return what a cycle needs for a while: a copy of the snapshot beside the old one, and a batch."""
    try:
        return settings.warehouse.stat().st_size + BATCH_BYTES
    except OSError:
        return BATCH_BYTES


def _folders(settings: Settings) -> Iterator[Path]:
    yield settings.home
    yield settings.state
    yield settings.landing


def _room(folder: Path) -> Room:
    told = os.statvfs(folder)
    return Room(
        folder=str(folder),
        free_bytes=told.f_bavail * told.f_frsize,
        files=told.f_favail if told.f_files else None,  # file systems without such a bound say 0
    )


def oldest_batch(settings: Settings) -> tuple[int, datetime | None]:
    """Return how many batches wait in the landing zone, and since when the oldest does; 0 and None where none does."""
    found: list[float] = []
    for path in waiting_batches(settings.landing):
        with suppress(OSError):
            found.append(path.stat().st_mtime)
    return len(found), datetime.fromtimestamp(min(found), UTC) if found else None
