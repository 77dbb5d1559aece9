"""Order in time: what lies within a window, the newest first."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from datetime import datetime


class Timeline:
    """Ids in the order of their moments, of equals in the order of the ids."""

    def __init__(self) -> None:
        """Begin empty."""
        self._entries: list[tuple[datetime, str]] = []

    def add(self, moment: datetime, key: str) -> None:
        """Put `key` at `moment`."""
        insort(self._entries, (moment, key))

    def remove(self, moment: datetime, key: str) -> None:
        """Take `key`, which stands at `moment`, out."""
        self._entries.pop(bisect_left(self._entries, (moment, key)))

    def newest_within(self, start: datetime, stop: datetime) -> Iterator[str]:
        """Yield the ids from `start` to `stop`, both included, the latest first."""
        index = bisect_right(self._entries, (stop, chr(0x10FFFF))) - 1
        while index >= 0 and self._entries[index][0] >= start:
            yield self._entries[index][1]
            index -= 1
