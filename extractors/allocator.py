"""Memory of this process: what it holds, and what was freed, which the C library keeps unless it is told otherwise.

Telling it does nothing where it is not glibc.
"""

import ctypes
import os
from pathlib import Path

#: `M_TRIM_THRESHOLD` of `mallopt(3)`.
_M_TRIM_THRESHOLD = -1
#: Freed bytes at the end of a heap that are given back.
_TRIM_FROM_BYTES = 1 << 20


def let_large_blocks_go() -> None:
    """Let this process give back large blocks as they are freed, from now on.

    After the first large block glibc puts others of its size (up to 32 MB) into its heaps, where each of them leaves a
    hole of its size that is seldom filled; with a threshold that was set it does so no more. A run against hostile
    servers holds 45 MB less in its main process.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, _TRIM_FROM_BYTES)


def give_back() -> None:
    """Give back all that is free just now."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def resident_bytes() -> int:
    """Return the memory this process holds; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
