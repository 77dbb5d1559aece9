"""Which known reports a new one is held against: those that share most with it, found by an index of tokens."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Protocol, runtime_checkable

#: Reports that a judgement looks back on (and, for late ones, ahead). Affairs rest for months.
HISTORY = timedelta(days=3 * 365)

#: Half of what a shared token counts fades with this half-life; the other half stays.
FADING = timedelta(days=45)

#: So many of them at the most are looked at: with 20 stories fall apart, with 50 nothing is gained (streams).
NEAREST = 32

#: So many of a report's tokens, the rarest, decide which ones those are.
TELLING = 24

#: A token in more reports than this is looked for within `RECENT` only: of a name that is in the news every day the
#: reports of these days are wanted, and to look at all of them would take longer the more is stored.
COMMON = 2_000
RECENT = timedelta(days=14)


@runtime_checkable
class Counts(Protocol):
    """Weights that also know how many reports hold a token."""

    def holders(self, token: str) -> int:
        """Return the number of reports that hold `token`."""
        ...


def telling(tokens: Iterable[str], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the rarest of `tokens`, at most `TELLING`; those without weight tell nothing."""
    told = [token for token in tokens if weights[token] > 0]
    return tuple(sorted(told, key=lambda token: (-weights[token], token))[:TELLING])


def reach(holders: int) -> timedelta:
    """Return how far a report looks for a token that so many reports hold."""
    return RECENT if holders > COMMON else HISTORY


def fading(apart: timedelta) -> float:
    """Return what a shared token counts over that time: 1 on the same day, down to a half."""
    return 0.5 + 0.5 * math.pow(0.5, apart / FADING)


#: What a shared token counts by the number of days apart.
_FADED = tuple(fading(timedelta(days=apart)) for apart in range(HISTORY.days + 1))


class TokenIndex:
    """Known reports by the tokens that they hold and by day, in the order in which they came."""

    def __init__(self) -> None:
        """Begin empty. Days are kept as their ordinal numbers: `nearest` takes thousands of differences."""
        self._holders: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._tokens: dict[str, frozenset[str]] = {}
        self._days: dict[str, int] = {}
        self._of_day: defaultdict[int, dict[str, None]] = defaultdict(dict)
        self._places: dict[str, int] = {}
        self._next = 0

    def add(self, key: str, day: date, tokens: frozenset[str]) -> None:
        """Put a report in, in the place of what is known of it."""
        self.remove(key)
        self._tokens[key], self._days[key], self._places[key] = tokens, day.toordinal(), self._next
        self._next += 1
        self._of_day[day.toordinal()][key] = None
        for token in tokens:
            self._holders[token][key] = None

    def remove(self, key: str) -> None:
        """Take a report out, if it is there."""
        for token in self._tokens.pop(key, frozenset()):
            del self._holders[token][key]
        if key in self._days:
            del self._of_day[self._days.pop(key)][key]
        self._places.pop(key, None)

    def nearest(self, tokens: Iterable[str], day: date, weights: Mapping[str, float]) -> list[str]:
        """Return the reports within `HISTORY` of `day` that share most, at most `NEAREST`, the nearest first.

        A token that is common by the `Counts` of `weights` is looked for within its `reach`. Where fewer share
        anything that tells, those nearest in time follow, as many again. The query `nearest_reports` finds the
        same ones in the warehouse.
        """
        shared: defaultdict[str, float] = defaultdict(float)
        at, days = day.toordinal(), self._days
        holders = weights.holders if isinstance(weights, Counts) else None
        for token in telling(tokens, weights):
            weight = weights[token]
            within = reach(holders(token)).days if holders else HISTORY.days
            for key in self._holders.get(token, ()):
                if -within <= days[key] - at <= within:
                    shared[key] += weight
        # whatever shares less than the fading can take from the last of the best is not among them
        best = heapq.nlargest(NEAREST, shared.values())
        least = best[-1] * _FADED[-1] if len(best) == NEAREST else 0.0
        faded = [
            (-weight * _FADED[abs(days[key] - at)], -self._places[key], key)
            for key, weight in shared.items()
            if weight >= least
        ]
        found = [key for _, _, key in heapq.nsmallest(NEAREST, faded)]
        if len(found) < NEAREST:
            found = list(dict.fromkeys((*found, *islice(self._close(at), NEAREST))))
        return found

    def _close(self, at: int) -> Iterator[str]:
        """Yield the reports within `HISTORY` of a day, the nearest first, of equals the ones that came last."""
        for apart in range(HISTORY.days + 1):
            days = [self._of_day[day] for day in {at - apart, at + apart} if day in self._of_day]
            yield from heapq.merge(*map(reversed, days), key=lambda key: -self._places[key])
