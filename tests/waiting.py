"""Waiting for what other processes and threads do."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(condition: Callable[[], Found], seconds: float = 20.0, pause_s: float = 0.02) -> Found:
    """Return what `condition` says once that is true; an assertion fails where it is not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(pause_s)
    return found
