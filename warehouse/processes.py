"""A process by its number and its birth: numbers are given out again, so a remembered one alone names nobody."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: Where the birth stands in what follows the name in `/proc/PID/stat` (proc_pid_stat(5): field 22; the first is 3).
_BIRTH = 22 - 3
_STATE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of this machine; `born` in clock ticks since the machine started, None where that is not told."""

    pid: int
    born: int | None

    def runs(self) -> bool:
        """Tell whether this very process is there still; False where it cannot be told from another one."""
        return self.born is not None and born(self.pid) == self.born

    def end(self) -> bool:
        """Kill it, and never another process; False where it is gone, or may not be ended by us."""
        if self.pid == os.getpid() or self.born is None or not hasattr(os, "pidfd_open"):
            return False
        with suppress(OSError):  # gone, not ours, no such call in this kernel, no handle left
            handle = os.pidfd_open(self.pid)
            try:
                if self.runs():  # asked once the handle is there: from here on it means this process
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    return True
            finally:
                os.close(handle)
        return False


def this_process() -> Process:
    """Return the running process."""
    return process_of(os.getpid())


def process_of(pid: int) -> Process:
    """Return the process that has the number `pid` now."""
    return Process(pid=pid, born=born(pid))


def born(pid: int) -> int | None:
    """Return when the process `pid` began, in clock ticks since the machine started.

    None where there is none, where it has ended and only its parent has not noted it, or where the system does not
    tell.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    told = text.rpartition(")")[2].split()  # the name before it may hold anything
    return None if told[_STATE] in "ZX" else int(told[_BIRTH])
