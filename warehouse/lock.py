"""One at a time: a lock file that the operating system frees when its holder dies, however it dies.

DuckDB's own lock is not enough: it is a POSIX record lock, which goes as soon as this process closes any
other handle of the same file, as copying the warehouse for the snapshot does.

The holder writes into the file who it is, since when, and, where the lock is lent for a time (a lease), until when:
a holder that hangs beyond that is ended by whoever comes next, and what it had begun is carried on.
"""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path

from extractors.clock import system_clock
from extractors.errors import WarehouseError
from warehouse.processes import Process, this_process

#: Seconds between two tries to get a lock.
_PAUSE_S = 0.05
#: Seconds until the lock of a process that was ended is free.
_FREED_S = 5.0
#: The leases of this process: their files, and the seconds each is for.
_LEASES: dict[Path, tuple[FileIO, float]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock; `until` on the clock that never jumps (`time.monotonic`), None where the lock is not lent."""

    process: Process
    since: datetime
    until: float | None

    def __str__(self) -> str:
        """Name the process and since when it holds the lock."""
        return f"process {self.process.pid}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def overdue(self) -> bool:
        """Whether the time it was lent the lock for has passed."""
        return self.until is not None and time.monotonic() > self.until


@contextmanager
def exclusive(
    path: Path, *, wait_s: float = 0.0, doing: str = "writing", for_s: float | None = None
) -> Iterator[None]:
    """Hold the lock file `path` during the block; wait up to `wait_s` seconds for it.

    `for_s` makes it a lease: after so many seconds without `prolong` another process may end this one and take the
    lock. A holder that is overdue is ended here.

    Raises:
        WarehouseError: another process holds it; the message says who, since when, and that it is `doing` something.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        _take(file, path, time.monotonic() + wait_s, doing)
        _note(file, for_s)
        if for_s is not None:
            _LEASES[path] = (file, for_s)
        try:
            yield
        finally:
            _LEASES.pop(path, None)
            with suppress(OSError):
                file.truncate(0)


def prolong(path: Path) -> None:
    """Begin the time of this process's lease `path` anew, as there is progress; where it has none, nothing is done."""
    if path in _LEASES:
        _note(*_LEASES[path])


def read_holder(path: Path) -> Holder | None:
    """Return who says in the lock file `path` that it holds it; None where nobody does, or not legibly."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Holder(
            process=Process(pid=int(told["pid"]), born=told["born"]),
            since=datetime.fromisoformat(told["since"]),
            until=told["until"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _take(file: FileIO, path: Path, deadline: float, doing: str) -> None:
    ended = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = read_holder(path)
            if not ended and holder is not None and holder.overdue and holder.process.end():
                import structlog  # noqa: PLC0415 - with it comes rich, which the help must not wait for

                log = structlog.get_logger()
                log.warning("overdue_holder_ended", pid=holder.process.pid, doing=doing, path=str(path))
                ended, deadline = True, max(deadline, time.monotonic() + _FREED_S)
            if time.monotonic() >= deadline:
                who = f" ({holder})" if holder is not None else ""
                raise WarehouseError(
                    f"{path.parent}: another newswatch is {doing}{who}; try again later"
                ) from None
            time.sleep(_PAUSE_S)
        else:
            return


def _note(file: FileIO, for_s: float | None) -> None:
    """Write who holds the lock; on a full disk the lock holds all the same, and nobody is named."""
    me = this_process()
    told = {
        "pid": me.pid,
        "born": me.born,
        "since": system_clock().isoformat(),
        "until": None if for_s is None else time.monotonic() + for_s,
    }
    with suppress(OSError):
        file.truncate(0)
        file.write(json.dumps(told).encode())
