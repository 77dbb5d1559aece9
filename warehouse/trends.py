"""Trends: how much is reported, by week or day, held against what was looked at."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from warehouse.database import Connection, rows, run

Dimension = Literal["entity", "event", "publisher", "language"]
Unit = Literal["week", "day"]
Rated = Literal["articles", "texts"]
Measure = Literal["articles", "texts", "publishers"]

#: Rates are of so many covered source-days: of one they would be small numbers.
PER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A week (from Monday) or a day, and what was looked at in it.

    `source_days` are those that were to be covered, 0 before the first poll: then all that is known was imported or
    found later. Of these `covered_days` are covered: read on the day, or reached back over by the next good poll.
    """

    start: date
    source_days: int
    covered_days: int

    @property
    def gap(self) -> bool:
        """Whether nothing was looked at: that nothing is known of it says nothing."""
        return bool(self.source_days) and not self.covered_days

    @property
    def holes(self) -> bool:
        """Whether something was not looked at: counts may be too low."""
        return self.covered_days < self.source_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Independent `texts`, their `copies`, and the different `publishers` of both.

    `covered_texts` and `covered_copies` are those of days on which something was looked at.
    """

    texts: int = 0
    copies: int = 0
    publishers: int = 0
    covered_texts: int = 0
    covered_copies: int = 0

    @property
    def articles(self) -> int:
        """Texts and copies."""
        return self.texts + self.copies

    def of(self, measure: Measure) -> int:
        """Return the count by `measure`."""
        found: int = getattr(self, measure)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What is told of one entity, kind of event, publisher or language.

    `key` is its id, None for articles of unknown language; `counts` are those of the periods, in their order; `whole`
    is that of all of them together, where a publisher counts once.
    """

    key: str | None
    name: str
    counts: tuple[Count, ...]
    whole: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The trends of the last `periods`, those with most texts first; `until` is the newest day, None for no data."""

    dimension: Dimension
    unit: Unit
    zone: str
    until: date | None
    periods: tuple[Period, ...] = ()
    trends: tuple[Trend, ...] = ()


def read_trends(
    con: Connection,
    *,
    dimension: Dimension = "entity",
    unit: Unit = "week",
    most: int,
    zone: str = "UTC",
    entity_id: str | None = None,
) -> Trends:
    """Return what is told by period over the last `most` weeks or days up to the newest day of the data.

    Articles count for the day that their news belongs to in `zone` (an IANA name), however late they were found.
    Events are the kinds of standing developments that articles report. `entity_id` takes only articles that mention
    it, None takes all. Coverage goes by days of UTC, whatever the zone: older polls are kept by these.
    """
    ((until,),) = run(con, "read_newest_day", zone=zone)
    if until is None:
        return Trends(dimension=dimension, unit=unit, zone=zone, until=None)
    starts = _starts(until, unit, most)
    told = rows(
        con,
        "read_trends",
        dimension=dimension,
        period=unit,
        since=starts[0],
        zone=zone,
        entity_id=entity_id,
    )
    looked = rows(con, "read_coverage_by_period", period=unit, since=starts[0])
    trends = _trends(told, starts)
    return Trends(
        dimension=dimension,
        unit=unit,
        zone=zone,
        until=until,
        periods=_periods(looked, starts),
        trends=tuple(sorted(trends, key=lambda one: (-one.whole.texts, -one.whole.copies, one.key or ""))),
    )


def rate(count: Count, measure: Rated, covered_days: int) -> float | None:
    """Return the count of covered days per `PER` covered source-days; None where none was covered."""
    told = count.covered_texts + (count.covered_copies if measure == "articles" else 0)
    return PER * told / covered_days if covered_days else None


def rates(trend: Trend, periods: tuple[Period, ...], measure: Rated) -> tuple[float | None, ...]:
    """Return the rates of a trend in `periods`, None where nothing was covered."""
    pairs = zip(trend.counts, periods, strict=True)
    return tuple(rate(count, measure, period.covered_days) for count, period in pairs)


def whole_rate(trend: Trend, periods: tuple[Period, ...], measure: Rated) -> float | None:
    """Return the rate over all periods, None where nothing was covered in any."""
    return rate(trend.whole, measure, sum(period.covered_days for period in periods))


def _starts(until: date, unit: Unit, most: int) -> tuple[date, ...]:
    """Return the first days of the last `most` periods, the earliest first; none before the year 1."""
    step = timedelta(days=7 if unit == "week" else 1)
    newest = until - timedelta(days=until.weekday()) if unit == "week" else until
    most = min(most, (newest - date.min) // step + 1)
    return tuple(newest - step * ago for ago in reversed(range(most)))


def _periods(looked: list[dict[str, Any]], starts: tuple[date, ...]) -> tuple[Period, ...]:
    known = {row["start"]: row for row in looked}
    nothing = {"source_days": 0, "covered_days": 0}
    return tuple(Period(**nothing | known.get(start, {}) | {"start": start}) for start in starts)


def _trends(told: list[dict[str, Any]], starts: tuple[date, ...]) -> list[Trend]:
    counts: defaultdict[str | None, dict[date | None, Count]] = defaultdict(dict)
    names: dict[str | None, str] = {}
    for row in told:
        counts[row["key"]][row["start"]] = _count(row)
        names[row["key"]] = row["name"] or ""
    return [
        Trend(
            key=key,
            name=names[key],
            counts=tuple(found.get(start, Count()) for start in starts),
            whole=found[None],
        )
        for key, found in counts.items()
    ]


def _count(row: Mapping[str, Any]) -> Count:
    return Count(**{name: row[name] for name in Count.__slots__})
