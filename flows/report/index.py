"""What the first page of the report shows, read from the snapshot in a few queries, all text made harmless."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flows.log import without_secrets
from flows.report.data import Entry, entries_of, line
from flows.report.files import FILE_NAME
from flows.report.measures import DAYS_LOOKED_AT, Measures, read_measures
from warehouse.database import Connection, rows, run
from warehouse.read import SourceRow, read_sources

#: Days of developments, counted back from the newest report in the file.
DAYS = 30

#: The most of each that the first page shows; it says where there is more.
MOST_DEVELOPMENTS = 200
MOST_STORIES = 30
MOST_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What became of a story, or what it came from. `change` is merged, came (split off from another) or left."""

    change: str
    on: date
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """A story with its last steps, the earliest first; `steps_in_all` counts the ones before them too.

    `page` is the name of its page, None where its id cannot be one; `title_language` None where unknown. Of its
    `articles`, `copies` are copies.
    """

    story_id: str
    page: str | None
    title: str
    title_language: str | None
    first_at: datetime
    last_at: datetime
    articles: int
    copies: int
    publishers: int
    languages: tuple[str, ...]
    lineage: tuple[Lineage, ...]
    steps: tuple[Entry, ...]
    steps_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a source is, what it failed of and what to do, without secrets; both None where it works.

    `missed` are the days that were missed of it among the last `DAYS_LOOKED_AT`; `new_items` all it ever brought.
    """

    source_id: str
    kind: str
    state: str
    failures: int
    last_ok_at: datetime | None
    next_poll_at: datetime | None
    new_items: int
    missed: int
    trouble: str | None
    advice: str | None

    @property
    def ailing(self) -> bool:
        """Whether it fails, days of it were missed, or it is not polled any more."""
        return bool(self.failures or self.missed or self.state not in {"ok", "new"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much there is in the file (`articles`, `copies`, `publishers`), and in the period (the others)."""

    articles: int
    copies: int
    publishers: int
    stories: int
    developments: int
    official: int
    withdrawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month, as `2024-03`, with what its pages hold and a number that changes with it."""

    month: str
    developments: int
    stories: int
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """All that the page shows. `in_all` and `stories_in_all` count what there is beyond what is listed.

    `since` is the start of the period, None where there is no development.
    """

    since: datetime | None
    totals: Totals
    entries: tuple[Entry, ...]
    in_all: int
    stories: tuple[StoryEntry, ...]
    stories_in_all: int
    measures: Measures
    sources: tuple[Source, ...]
    months: tuple[Month, ...]

    @property
    def explained(self) -> tuple[str, ...]:
        """The ids of the articles that have a page of their own: the first reports of the developments shown."""
        firsts = (entry.first.article_id for entry in self.entries)
        return tuple(dict.fromkeys(one for one in firsts if one is not None))


def read_report(con: Connection) -> ReportData:
    """Return what the report shows of the open snapshot."""
    ((newest, newest_week),) = run(con, "report_newest")
    since = newest - timedelta(days=DAYS) if newest else None
    (totals,) = rows(con, "report_totals", since=since)
    found = rows(con, "report_developments", since=since, most=MOST_DEVELOPMENTS) if since else []
    stories = rows(con, "report_stories", most=MOST_STORIES)
    ids = [row["story_id"] for row in stories]
    steps = rows(con, "report_story_developments", ids=ids, most=MOST_STEPS)
    entries = entries_of(con, (*found, *steps))
    return ReportData(
        since=since,
        totals=Totals(**totals),
        entries=tuple(entries[row["development_id"]] for row in found),
        in_all=found[0]["total"] if found else 0,
        stories=stories_of(stories, steps, entries, rows(con, "report_lineage", ids=ids)),
        stories_in_all=stories[0]["total"] if stories else 0,
        measures=read_measures(con, newest_week),
        sources=tuple(_sources(con)),
        months=tuple(Month(**row) for row in rows(con, "report_months")),
    )


def stories_of(
    found: Sequence[Mapping[str, Any]],
    steps: Sequence[Mapping[str, Any]],
    entries: Mapping[str, Entry],
    lineage: Sequence[Mapping[str, Any]],
) -> tuple[StoryEntry, ...]:
    """Return stories with their steps, in the order of their rows; `entries` are the developments by id."""
    by_story, changes = grouped(steps, "story_id"), grouped(lineage, "of_id")
    return tuple(
        _story(row, by_story.get(row["story_id"], []), entries, changes.get(row["story_id"], []))
        for row in found
    )


def grouped(found: Sequence[Mapping[str, Any]], key: str) -> dict[str, list[Mapping[str, Any]]]:
    """Return rows by the value of `key`, in their order."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        groups.setdefault(row[key], []).append(row)
    return groups


def page_of(story_id: str) -> str | None:
    """Return the name of the page of a story, None where its id cannot be the name of a file."""
    return story_id if FILE_NAME.fullmatch(story_id) else None


def _story(
    row: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    entries: Mapping[str, Entry],
    lineage: Sequence[Mapping[str, Any]],
) -> StoryEntry:
    kept = ("story_id", "title_language", "first_at", "last_at", "articles", "copies", "publishers")
    return StoryEntry(
        **{name: row[name] for name in kept},
        page=page_of(row["story_id"]),
        title=line(row["title"]),
        languages=tuple(line(code) for code in row["languages"]),
        lineage=tuple(_lineage(one) for one in lineage),
        steps=tuple(entries[step["development_id"]] for step in steps),
        steps_in_all=steps[0]["total"] if steps else 0,
    )


def _lineage(row: Mapping[str, Any]) -> Lineage:
    """Return what a row says about the story `of_id`: merged into it, split off from another, or a part split off."""
    change = "merged" if row["change"] == "merged" else "came" if row["came"] else "left"
    title = row["other_id"] if change == "merged" else row["title"] or row["other_id"]
    return Lineage(change=change, on=row["changed_at"], title=line(title))


def _sources(con: Connection) -> list[Source]:
    missed = {row["source_id"]: row["missed"] for row in rows(con, "report_missed", days=DAYS_LOOKED_AT)}
    return [_source(row, missed.get(row.source_id, 0)) for row in read_sources(con)]


def _source(row: SourceRow, missed: int) -> Source:
    kept = ("kind", "state", "failures", "last_ok_at", "next_poll_at", "new_items")
    return Source(
        **{name: getattr(row, name) for name in kept},
        source_id=_harmless(row.source_id),
        missed=missed,
        trouble=_harmless(row.error or row.cause or "") if row.failures else None,
        advice=_harmless(row.advice) if row.advice else None,
    )


def _harmless(text: str) -> str:
    """Return what a source's trouble says, in one harmless line: an error may quote an address with its key."""
    return line(without_secrets(text))
