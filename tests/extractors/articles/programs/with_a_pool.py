"""A program with a pool of workers: prints what they are, and which processes it is left with.

Its main module says so when something imports it a second time.
"""

import operator
from pathlib import Path

from extractors.articles.workers import ExtractionPool

if __name__ != "__main__":
    print("the main module is imported by a worker", flush=True)


def children():
    """Return what the children of this process were started with."""
    listed = [path.read_text(encoding="ascii") for path in Path("/proc/self/task").glob("*/children")]
    ours = " ".join(listed).split()
    return [Path(f"/proc/{one}/cmdline").read_text(encoding="utf-8") for one in ours]


if __name__ == "__main__":
    ExtractionPool.fork_server_stays = False
    with ExtractionPool(operator.length_hint, 2) as first:
        with ExtractionPool(operator.length_hint, 2) as second:
            print(first.run_now([1, 2]), second.run_now([1]))
        print(first.run_now([]), sum("forkserver" in one for one in children()))
    print(sum("forkserver" in one for one in children()))
