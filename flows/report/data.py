"""What the report shows, read from the snapshot in a few queries, all text made harmless."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flows.alerts.message import is_link, plain_line
from warehouse.database import Connection, rows, run
from warehouse.read import SourceRow, read_sources

#: Days of developments, counted back from the newest report in the file.
DAYS = 30
#: Days of the table of mentions: a year and a half would not fit a phone, a quarter does.
MENTION_DAYS = 91

#: The most of each that one page shows; it says where there is more.
MOST_DEVELOPMENTS = 200
MOST_STORIES = 50
MOST_STEPS = 12
MOST_ENTITIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A report: `url` is None where it may not be a link, `article_id` where the article is no longer kept."""

    article_id: str | None
    publisher: str
    url: str | None
    reported_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A development with its evidence; `first` is its first report, `links` some of the others.

    `known_before` is what the superseded development said, None where there is none; `language` None where
    unknown.
    """

    development_id: str
    story_id: str
    story: str
    event_type: str
    status: str
    basis: str
    what: str
    sentence: str
    headline: str
    language: str | None
    reported_at: datetime
    articles: int
    origins: int
    known_before: str | None
    first: Link
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One development in the timeline of a story; `language` None where unknown, as in `Entry`."""

    what: str
    sentence: str
    event_type: str
    status: str
    basis: str
    language: str | None
    first: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """A story with its last steps, the earliest first; `steps_in_all` counts the ones before them too."""

    story_id: str
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    publishers: int
    languages: tuple[str, ...]
    steps: tuple[Step, ...]
    steps_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Articles a week about one entity; `counts` by the weeks of `ReportData.weeks`."""

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """All that the page shows. `in_all` and `stories_in_all` count what there is beyond what is listed.

    `since` is the start of the period, None where there is no development.
    """

    since: datetime | None
    entries: tuple[Entry, ...]
    in_all: int
    stories: tuple[StoryEntry, ...]
    stories_in_all: int
    weeks: tuple[date, ...]
    mentions: tuple[Mentions, ...]
    sources: tuple[SourceRow, ...]

    @property
    def explained(self) -> tuple[str, ...]:
        """The ids of the articles that have a page of their own: the first reports of the developments shown."""
        firsts = (entry.first.article_id for entry in self.entries)
        return tuple(dict.fromkeys(one for one in firsts if one is not None))


def read_report(con: Connection) -> ReportData:
    """Return what the report shows of the open snapshot."""
    newest: datetime | None = run(con, "report_newest")[0][0]
    since = newest - timedelta(days=DAYS) if newest else None
    found = rows(con, "report_developments", since=since, most=MOST_DEVELOPMENTS) if since else []
    links = _grouped(
        rows(con, "report_links", ids=[row["development_id"] for row in found]), "development_id"
    )
    stories = rows(con, "report_stories", most=MOST_STORIES)
    steps = _grouped(
        rows(con, "report_timelines", ids=[row["story_id"] for row in stories], most=MOST_STEPS), "story_id"
    )
    weeks, mentions = _mentions(con, newest)
    return ReportData(
        since=since,
        entries=tuple(_entry(row, links.get(row["development_id"], [])) for row in found),
        in_all=found[0]["total"] if found else 0,
        stories=tuple(_story(row, steps.get(row["story_id"], [])) for row in stories),
        stories_in_all=stories[0]["total"] if stories else 0,
        weeks=weeks,
        mentions=mentions,
        sources=read_sources(con),
    )


def _grouped(found: Sequence[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(row[key], []).append(row)
    return groups


def _entry(row: Mapping[str, Any], links: Sequence[Mapping[str, Any]]) -> Entry:
    kept = ("development_id", "story_id", "reported_at", "articles", "origins")
    told = ("event_type", "status", "basis", "what", "sentence", "story", "headline")
    shown: dict[str, Any] = {name: plain_line(row[name] or "") for name in told}
    return Entry(
        **{name: row[name] for name in kept},
        **shown,
        language=row["language"],
        known_before=plain_line(row["known_before"]) if row["known_before"] else None,
        first=_link(row),
        links=tuple(_link(link) for link in links),
    )


def _link(row: Mapping[str, Any]) -> Link:
    url = row["url"] if row["url"] and is_link(row["url"]) else None
    return Link(
        article_id=row["article_id"],
        publisher=plain_line(row["publisher"] or "?"),
        url=url,
        reported_at=row["reported_at"],
    )


def _story(row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> StoryEntry:
    kept = ("story_id", "first_at", "last_at", "articles", "publishers")
    return StoryEntry(
        **{name: row[name] for name in kept},
        title=plain_line(row["title"]),
        languages=tuple(plain_line(code) for code in row["languages"]),
        steps=tuple(_step(step) for step in steps),
        steps_in_all=steps[0]["total"] if steps else 0,
    )


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        what=plain_line(row["what"] or row["headline"] or ""),
        sentence=plain_line(row["sentence"]),
        event_type=plain_line(row["event_type"]),
        status=plain_line(row["status"]),
        basis=plain_line(row["basis"]),
        language=row["language"],
        first=_link(row),
    )


def _mentions(con: Connection, newest: datetime | None) -> tuple[tuple[date, ...], tuple[Mentions, ...]]:
    if newest is None:
        return (), ()
    day = newest.astimezone(UTC) - timedelta(days=MENTION_DAYS)
    monday = (day - timedelta(days=day.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    found = rows(con, "report_mentions", since=monday, most=MOST_ENTITIES)  # whole weeks only
    if not found:
        return (), ()
    first, last = min(row["week"] for row in found), max(row["week"] for row in found)
    weeks = tuple(first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1))
    groups = _grouped(found, "entity_id").values()
    counts = [{row["week"]: row["articles"] for row in group} for group in groups]
    return weeks, tuple(
        Mentions(name=plain_line(group[0]["name"]), counts=tuple(count.get(week, 0) for week in weeks))
        for group, count in zip(groups, counts, strict=True)
    )
