"""Order in time: what lies within a window, and how often a name or word occurs there."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
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

    def within(self, start: datetime, stop: datetime) -> list[str]:
        """Return the ids from `start` to `stop`, both included, the earliest first."""
        low = bisect_left(self._entries, (start, ""))
        found: list[str] = []
        for moment, key in self._entries[low:]:
            if moment > stop:
                break
            found.append(key)
        return found

    def newest_within(self, start: datetime, stop: datetime) -> Iterator[str]:
        """Yield the ids from `start` to `stop`, both included, the latest first."""
        index = bisect_right(self._entries, (stop, chr(0x10FFFF))) - 1
        while index >= 0 and self._entries[index][0] >= start:
            yield self._entries[index][1]
            index -= 1


class Frequencies:
    """How many documents of a window hold a name or word, without counting any twice."""

    def __init__(self) -> None:
        """Begin empty."""
        self._moments: defaultdict[str, list[datetime]] = defaultdict(list)
        self._documents: list[datetime] = []

    def add(self, moment: datetime, tokens: Iterable[str]) -> None:
        """Count a document of `moment` that holds `tokens` (each given once)."""
        insort(self._documents, moment)
        for token in tokens:
            insort(self._moments[token], moment)

    def remove(self, moment: datetime, tokens: Iterable[str]) -> None:
        """Take back a document that was added with the same `moment` and `tokens`."""
        self._documents.pop(bisect_left(self._documents, moment))
        for token in tokens:
            moments = self._moments[token]
            moments.pop(bisect_left(moments, moment))

    def documents(self, start: datetime, stop: datetime) -> int:
        """Return the number of documents from `start` to `stop`."""
        return bisect_right(self._documents, stop) - bisect_left(self._documents, start)

    def holders(self, token: str, start: datetime, stop: datetime) -> int:
        """Return the number of documents from `start` to `stop` that hold `token`."""
        moments = self._moments.get(token, [])
        return bisect_right(moments, stop) - bisect_left(moments, start)
