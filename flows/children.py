"""Child processes that are started again when they end, after waits that grow; and those that a killed parent left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from flows.notes import read_note, write_note
from warehouse.processes import Process, process_of

log = structlog.get_logger()

#: Seconds a child may take to end before it is killed: two children, one after the other, within 10 s.
STOP_S = 4.5
#: The longest wait before a child is started again, and how long one must have run to count as well.
LONGEST_WAIT_S, WELL_S = 60.0, 60.0


class Child:
    """A child process that is to run always."""

    def __init__(self, name: str) -> None:
        """Prepare the child `name`; nothing is started."""
        self.name = name
        #: How often in a row it ended before it had run well.
        self.failures = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._not_before = 0.0
        self._put_off = 0

    @property
    def runs(self) -> bool:
        """Whether it runs, as far as was noticed."""
        return self._process is not None

    @property
    def runs_for_s(self) -> float:
        """Seconds since it was started, 0 where it does not run."""
        return time.monotonic() - self._began if self.runs else 0.0

    @property
    def process(self) -> Process | None:
        """The process, None where it does not run."""
        return process_of(self._process.pid) if self._process is not None else None

    @property
    def resident_bytes(self) -> int:
        """The memory it holds; 0 where it does not run or the system does not tell."""
        if self._process is None:
            return 0
        try:
            told = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()
            return int(told[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError, IndexError):
            return 0

    def is_due(self) -> bool:
        """Tell whether it does not run and may be started now."""
        return not self.runs and time.monotonic() >= self._not_before

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start Python with `arguments`; it dies with this process. Where the system refuses, it is put off."""
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [sys.executable, "-m", "flows.leash", str(os.getpid()), *arguments],
                env=dict(environment),
                stdout=sys.stderr,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            self.put_off(error)
            return
        self._began, self._put_off = time.monotonic(), 0
        log.info("child_started", child=self.name, pid=self._process.pid)

    def put_off(self, error: OSError) -> None:
        """Start it later, as the system lacks something now; that is no failure of its own. One that runs goes on."""
        self._put_off += 1
        wait_s = pause_s(self._put_off)
        told = f"{type(error).__name__}: {error}"
        log.error("child_put_off", child=self.name, error=told, again_in_s=wait_s)
        self._not_before = time.monotonic() + wait_s

    def has_ended(self) -> bool:
        """Notice whether it has ended by itself, and then when it may be started again."""
        if self._process is None or (status := self._process.poll()) is None:
            return False
        self.failures = 1 if self.runs_for_s >= WELL_S else self.failures + 1
        wait_s = pause_s(self.failures)
        log.warning("child_ended", child=self.name, status=status, again_in_s=wait_s)
        self._forget(wait_s)
        return True

    def end(self, *, stop_s: float = STOP_S) -> None:
        """End it gently, after `stop_s` for good, with what is left of its session; it may be started again at once."""
        if self._process is None:
            return
        if self.runs_for_s >= WELL_S:
            self.failures = 0
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            self._process.wait(stop_s)
        except subprocess.TimeoutExpired:
            log.warning("child_killed", child=self.name, pid=self._process.pid)
        self._forget(0.0)

    def give_up(self, *, silent_s: float) -> None:
        """End it as one that failed for the last `silent_s` seconds: it is started again after a wait."""
        failures = 1 if self.runs_for_s - silent_s >= WELL_S else self.failures + 1
        self.end()
        self.failures = failures
        wait_s = pause_s(failures)
        self._not_before = time.monotonic() + wait_s

    def _forget(self, wait_s: float) -> None:
        process, self._process = self._process, None
        self._not_before = time.monotonic() + wait_s
        if process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def pause_s(failures: int) -> float:
    """Return the seconds until a child is started again that ended so often in a row: 1, 2, 4 … `LONGEST_WAIT_S`."""
    return float(min(2 ** min(max(failures - 1, 0), 10), LONGEST_WAIT_S))


def note_children(path: Path, children: Sequence[Child]) -> None:
    """Write down who the children are, for a later `serve` on this home; on a full disk nobody is noted."""
    told = {
        child.name: {"pid": found.pid, "born": found.born}
        for child in children
        if (found := child.process) is not None
    }
    with suppress(OSError):
        write_note(path, told)


def end_left(path: Path) -> None:
    """End the children that are written down at `path` and run still: their parent was killed, and nothing ended them.

    Each is asked for by its number and birth, so that nobody else's process is meant.
    """
    told = read_note(path) or {}
    for name, one in told.items():
        with suppress(TypeError, KeyError):
            if Process(pid=one["pid"], born=one["born"]).end():
                log.warning("left_child_ended", child=name, pid=one["pid"])
