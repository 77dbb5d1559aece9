"""One at a time: a lock file that the operating system frees when its holder dies, however it dies.

DuckDB's own lock is not enough: it is a POSIX record lock, which goes as soon as this process closes any
other handle of the same file, as copying the warehouse for the snapshot does.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extractors.errors import WarehouseError

#: Seconds between two tries to get a lock.
_PAUSE_S = 0.05


@contextmanager
def exclusive(path: Path, *, wait_s: float = 0.0, doing: str = "writing") -> Iterator[None]:
    """Hold the lock file `path` during the block; wait up to `wait_s` seconds for it.

    Raises:
        WarehouseError: another process holds it; the message says that it is `doing` something.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_s
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise WarehouseError(
                        f"{path.parent}: another newswatch is {doing}; try again later"
                    ) from None
                time.sleep(_PAUSE_S)
            else:
                break
        yield
