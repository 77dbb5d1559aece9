"""What the charts of the report count, read from the views that are kept ready for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.alerts.message import plain_line
from warehouse.database import Connection, rows

#: Weeks of mentions, shares and events: a year and a half would not fit a phone, a quarter does.
WEEKS = 13
#: Days of the coverage.
DAYS_LOOKED_AT = 28
MOST_ENTITIES = 6
MOST_PUBLISHERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """An entity by week: `articles` that mention it, and its `shares` (0 to 1) among those of its kind."""

    name: str
    kind: str
    articles: tuple[int, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Developments of one kind by status, with all articles that report them."""

    event_type: str
    statuses: Mapping[str, int]
    articles: int

    @property
    def developments(self) -> int:
        """All of them."""
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What a publisher reported, how much of it `first`; `lag_hours` the median of the others, None for none."""

    name: str
    developments: int
    first: int
    lag_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A day of the coverage: sources `read`, `reached` back over by their next listing, `missed`; articles found."""

    day: date
    read: int
    reached: int
    missed: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """All that the charts count. `gaps` are the weeks, of `weeks`, in which not every source was looked at."""

    weeks: tuple[date, ...] = ()
    gaps: frozenset[date] = frozenset()
    voices: tuple[Voice, ...] = ()
    events: tuple[Event, ...] = ()
    publishers: tuple[Publisher, ...] = ()
    days: tuple[Looked, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether the last of the weeks was not over when sources were last looked at."""
        return bool(self.weeks and self.days) and self.days[-1].day < self.weeks[-1] + timedelta(days=6)


def read_measures(con: Connection, newest_week: date | None) -> Measures:
    """Return what is counted of the weeks up to `newest_week`; None where nothing was mentioned yet."""
    if newest_week is None:
        return Measures(days=_days(con))
    weeks = tuple(newest_week - timedelta(weeks=ago) for ago in reversed(range(WEEKS)))
    since = weeks[0]
    return Measures(
        weeks=weeks,
        gaps=_gaps(con, since),
        voices=_voices(rows(con, "report_voice", since=since, most=MOST_ENTITIES), weeks),
        events=_events(rows(con, "report_events", since=since)),
        publishers=tuple(
            Publisher(
                name=plain_line(row["publisher"]),
                developments=row["developments"],
                first=row["first"],
                lag_hours=row["median_lag_hours"],
            )
            for row in rows(con, "report_publishers", most=MOST_PUBLISHERS)
        ),
        days=_days(con),
    )


def _days(con: Connection) -> tuple[Looked, ...]:
    return tuple(Looked(**row) for row in rows(con, "report_coverage", days=DAYS_LOOKED_AT))


def _gaps(con: Connection, since: date) -> frozenset[date]:
    found = rows(con, "read_coverage_by_period", period="week", since=since)
    return frozenset(row["start"] for row in found if row["covered_days"] < row["source_days"])


def _voices(found: Sequence[Mapping[str, Any]], weeks: Sequence[date]) -> tuple[Voice, ...]:
    known = {(row["entity_id"], row["week"]): row for row in found}
    names = {row["entity_id"]: row for row in found}
    nothing = {"articles": 0, "share": 0.0}
    told = {key: [known.get((key, week), nothing) for week in weeks] for key in names}
    return tuple(
        Voice(
            name=plain_line(row["name"]),
            kind=row["kind"],
            articles=tuple(one["articles"] for one in told[key]),
            shares=tuple(one["share"] for one in told[key]),
        )
        for key, row in names.items()
    )


def _events(found: Sequence[Mapping[str, Any]]) -> tuple[Event, ...]:
    kinds: dict[str, dict[str, int]] = {}
    articles: dict[str, int] = {}
    for row in found:
        kinds.setdefault(row["event_type"], {})[row["status"]] = row["developments"]
        articles[row["event_type"]] = articles.get(row["event_type"], 0) + row["articles"]
    return tuple(Event(event_type=kind, statuses=by, articles=articles[kind]) for kind, by in kinds.items())
