"""How often a source has news: its own habit, and when it is silent for longer. Pure: no clock, no database.

Time is counted as the source lives: a day of the week on which it has little news counts little, so that a paper that
rests at weekends is not missed on Sundays. Nights need no such care: every ordinary gap holds one.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: A habit is read from so much: fewer gaps, or a shorter time, say nothing of what is long.
LEAST_GAPS, LEAST_SPAN = 12, timedelta(days=14)
#: It is read from what came in so long a time before the silence: habits change.
READ_FROM = timedelta(days=60)
#: Days of the week are told apart from so many polls with news on: with fewer, a Tuesday without is chance.
LEAST_FOR_DAYS = 40
#: Too long is what is so many times as long as the gap that two of a hundred are longer than, and as the longest one.
#: Of 30 invented sources of each kind, hourly to daily, over a year: none is told wrongly whose gaps are chance or
#: office hours; where a few gaps are far longer than the others (log-normal, sigma 1), 0.1 to 1.4 times each. One that
#: has stopped is told after two days where it had news every hour, after nine where it had some once a day.
ORDINARY_PERCENT, TIMES, TIMES_LONGEST = 98, 3.0, 1.5
#: No silence is too long that is shorter: a public holiday, or two.
SHORTEST = timedelta(days=2)

_HOUR_S, _DAY_H, _WEEK = 3600.0, 24, 7
_A_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a source has had news: `gaps` between polls that brought some, since `since`; times in its own live hours.

    `middle_h` is the median gap, `ordinary_h` the one that one in fifty is longer than, `widest_h` the longest; `days`
    says for each day of the week (UTC, Monday first) how much of an hour counts, 0 to 1.
    """

    gaps: int
    since: datetime
    middle_h: float
    ordinary_h: float
    widest_h: float
    days: tuple[float, ...]

    @property
    def longest_h(self) -> float:
        """Live hours without news after which it is silent for longer than its habit."""
        shortest_h = SHORTEST.total_seconds() / _HOUR_S
        return max(TIMES * self.ordinary_h, TIMES_LONGEST * self.widest_h, shortest_h)


def habit_of(news: Sequence[datetime]) -> Habit | None:
    """Return the habit of a source that had news at these moments (in order), None where they are too few to tell."""
    if len(news) <= LEAST_GAPS or news[-1] - news[0] < LEAST_SPAN:
        return None
    days = _days(news)
    at = _live_clock(days)
    lived = [at(moment) for moment in news]
    gaps = sorted(after - before for before, after in itertools.pairwise(lived))
    return Habit(
        gaps=len(gaps),
        since=news[0],
        middle_h=_percentile(gaps, 50),
        ordinary_h=_percentile(gaps, ORDINARY_PERCENT),
        widest_h=gaps[-1],
        days=days,
    )


def is_silent(habit: Habit, last_new_at: datetime, until: datetime) -> bool:
    """Tell whether a source without news from `last_new_at` on was silent for longer than its habit at `until`."""
    return live_hours(last_new_at, until, habit.days) > habit.longest_h


def live_hours(start: datetime, stop: datetime, days: Sequence[float]) -> float:
    """Return the hours between two moments, those of each day of the week counted by `days`."""
    at = _live_clock(days)
    return at(stop) - at(start)


def _live_clock(days: Sequence[float]) -> Callable[[datetime], float]:
    """Return a clock of live hours: those of each day of the week, UTC, counted by `days`."""
    before = [_DAY_H * sum(days[:day]) for day in range(_WEEK + 1)]

    def at(moment: datetime) -> float:
        day, second = divmod((moment - _A_MONDAY).total_seconds(), _DAY_H * _HOUR_S)
        week, weekday = divmod(int(day), _WEEK)
        return week * before[_WEEK] + before[weekday] + second / _HOUR_S * days[weekday]

    return at


def _by_day(start: datetime, stop: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of a time by day, UTC."""
    since, end = start.astimezone(UTC), stop.astimezone(UTC)
    while since < end:
        midnight = since.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        yield since, min(midnight, end)
        since = midnight


def _days(news: Sequence[datetime]) -> tuple[float, ...]:
    """Return how lively each day of the week is: 1 as the five liveliest, less for less; 1 where little is known."""
    if len(news) < LEAST_FOR_DAYS:
        return (1.0,) * _WEEK
    hours: Counter[int] = Counter()
    for since, till in _by_day(news[0], news[-1]):
        hours[since.weekday()] += round((till - since).total_seconds())
    found = Counter(moment.astimezone(UTC).weekday() for moment in news)
    rates = [found[day] / hours[day] for day in range(_WEEK)]  # two weeks at least: every day has hours
    lively = sum(sorted(rates)[2:]) / 5
    return tuple(min(1.0, rate / lively) for rate in rates)


def _percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of a hundred are below, between the two nearest."""
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
