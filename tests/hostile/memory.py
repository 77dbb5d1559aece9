"""How much memory a process and all that it has started hold together, as the kernel counts it."""

import threading
from collections import defaultdict
from pathlib import Path
from typing import Self

_PROC = Path("/proc")


def tree_bytes(pid: int) -> dict[int, int]:
    """Return the memory of `pid` and of each of its descendants: shared pages are shared out among them (PSS)."""
    children = defaultdict(list)
    for stat in _PROC.glob("[0-9]*/stat"):
        text = _read(stat)
        if text:
            children[int(text.rpartition(")")[2].split()[1])].append(int(stat.parent.name))
    waiting, found = [pid], {}
    while waiting:
        one = waiting.pop()
        waiting.extend(children[one])
        found[one] = _held(one)
    return found


def _held(pid: int) -> int:
    for line in _read(_PROC / str(pid) / "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(path: Path) -> str:
    """Read a file of a process, which may have ended meanwhile."""
    try:
        return path.read_text()
    except OSError:
        return ""


class Peak:
    """Watches a process tree while it is entered: `bytes` is the most that was seen, `parts` what each had then."""

    def __init__(self, pid: int, every_s: float = 0.1) -> None:
        """Watch the tree of `pid`."""
        self.bytes = 0
        self.parts: tuple[int, ...] = ()
        self._pid = pid
        self._every_s = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(self._every_s):
            held = tuple(tree_bytes(self._pid).values())
            if sum(held) > self.bytes:
                self.bytes, self.parts = sum(held), held
