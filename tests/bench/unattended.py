"""What `newswatch serve` costs while there is little to do: `make bench-serve` (40 minutes, or as many as are given).

Processor time of all its processes over the time after the first minute, as a share of one core; memory at rest and at
its highest, where what processes share counts once (PSS); and how long it takes until the next cycle after server and
runner were killed, with a cycle asked for every 30 s. What Prefect's database grows by is measured by
`tests/flows/test_serve_for_a_month.py`.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.flows.served_home import Served, Site, children_of

WARM_S = 60.0


def processes(pid: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    return [pid, *(one for child in children_of(pid) for one in processes(child))]


def cpu_s(pid: int) -> float:
    """Return the processor time of a process tree in seconds, with that of those that have ended in it."""
    total = 0
    for one in processes(pid):
        try:
            told = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(ticks) for ticks in told[11:15])
    return total / 100


def held_bytes(pid: int) -> int:
    """Return the memory of a process tree."""
    total = 0
    for one in processes(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def idle(folder: Path, seconds: float) -> None:
    """Print what it costs with four sources, every 15 minutes, in which nothing happens."""
    site = Site(seed=0)
    served = Served(folder / "idle", site, every="15m")
    try:
        served.start()
        served.wait(lambda: served.ask("SELECT 1 FROM polls"), "first cycle")
        time.sleep(WARM_S)
        pid, began, used = served.process.pid, time.monotonic(), cpu_s(served.process.pid)
        before = len(served.begun)
        held: list[int] = []
        while time.monotonic() < began + seconds:
            held.append(held_bytes(pid))
            time.sleep(1)
        share = (cpu_s(pid) - used) / (time.monotonic() - began)
        cycles = len(served.begun) - before
        print(f"processor time: {share:.1%} of a core over {seconds / 60:.0f} minutes, {cycles} cycles")
        print(f"memory: {sorted(held)[len(held) // 2] >> 20} MB at rest, {max(held) >> 20} MB at most (PSS)")
    finally:
        served.close()
        site.close()


def restarts(folder: Path) -> None:
    """Print how long the next cycle takes after a kill, where one is due every 30 s."""
    site = Site(seed=0)
    served = Served(folder / "killed", site, interval_s=30.0)
    try:
        served.start()
        for kind in ("server", "runner"):
            served.wait(lambda: "server_answers" in served.lines() and served.begun, "server and a cycle")
            served.kill(kind)
            at = time.monotonic()
            served.wait(lambda at=at: served.begun[-1] > at, "next cycle")
            print(f"{kind} killed: the next cycle after {served.begun[-1] - at:.1f} s")
    finally:
        served.close()
        site.close()


def main(arguments: list[str]) -> None:
    """Measure for as many minutes as are given."""
    minutes = float(arguments[0]) if arguments else 40.0
    with tempfile.TemporaryDirectory() as name:
        idle(Path(name), minutes * 60)
        restarts(Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
