"""Limits of time and memory for work in DuckDB that others have asked for.

DuckDB's own limits are not enough (tried on 2.0.1): one call of `repeat` or `string_split` heeds no interrupt for
minutes, and what functions on texts and lists allocate is not counted, 3.9 GB under a limit of 300 MB.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from extractors.allocator import resident_bytes
from extractors.errors import LimitError

#: Bytes beyond its limit that a process may come to hold: rows on their way, buffers of a writer.
ALLOWANCE = 400_000_000
#: Seconds between two looks.
_LOOK_S = 0.05
#: Seconds that an interrupted call has to come to its end.
_GRACE_S = 2.0


class Interruptible(Protocol):
    """What can be told to stop what it does, by another thread."""

    def interrupt(self) -> None:
        """Stop as soon as possible."""


class Limits:
    """Seconds of work and bytes of memory; used as a context manager around each call that does the work.

    Time between the calls does not count, so that a reader of the output may take his own. `error` says what was
    exceeded, None while nothing was.
    """

    def __init__(self, *, seconds: float, memory: int) -> None:
        """Allow `seconds` of work in all, and `memory` bytes more than the process holds now, and `ALLOWANCE`."""
        self.seconds, self.memory = seconds, memory
        self.error: LimitError | None = None
        self._most = _held_bytes() + memory + ALLOWANCE
        self._spent = 0.0
        self._since: float | None = None

    def __enter__(self) -> Self:
        """Begin a piece of work.

        Raises:
            LimitError: a limit has been exceeded.
        """
        self.require()
        self._since = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it; where it was ended by a limit, that is what is raised."""
        since, self._since = self._since, None
        self._spent += time.monotonic() - since if since is not None else 0.0
        self.look()
        if self.error is not None and (error is None or isinstance(error, Exception)):
            raise self.error from error

    @property
    def working(self) -> bool:
        """Whether a piece of work goes on."""
        return self._since is not None

    def require(self) -> None:
        """Do nothing while no limit has been exceeded.

        Raises:
            LimitError: one has.
        """
        if self.error is not None:
            raise self.error

    def look(self) -> None:
        """See whether a limit is exceeded."""
        since = self._since
        spent = self._spent + (time.monotonic() - since if since is not None else 0.0)
        if self.error is None and spent > self.seconds:
            self.error = LimitError(
                f"ended after {self.seconds:g} s of work; ask for less, or allow more (--timeout)"
            )
        if self.error is None and _held_bytes() > self._most:
            self.error = too_much_memory(self.memory)


def too_much_memory(memory: int) -> LimitError:
    """Return what is said where the work needs more than `memory` bytes."""
    return LimitError(
        f"ended: it needs more than {memory / 1e9:g} GB of memory; ask for less, or allow more (--memory)"
    )


@contextmanager
def holding(con: Interruptible, limits: Limits, give_up: Callable[[LimitError], None]) -> Iterator[None]:
    """Hold the work of the block on `con` to `limits`: it is interrupted where one is exceeded.

    `give_up` is called, in another thread, where that is not heeded: it ends the process.
    """
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(con, limits, give_up, done), daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()


def _watch(
    con: Interruptible, limits: Limits, give_up: Callable[[LimitError], None], done: threading.Event
) -> None:
    ignored_s = 0.0
    while not done.wait(_LOOK_S):
        limits.look()
        if limits.error is None or not limits.working:
            continue
        con.interrupt()
        ignored_s += _LOOK_S
        if ignored_s > _GRACE_S:
            give_up(limits.error)
            return


def _held_bytes() -> int:
    """Return the memory this process holds; where the system does not tell, the most it ever held."""
    if held := resident_bytes():
        return held
    import resource  # noqa: PLC0415 - not on every system

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
