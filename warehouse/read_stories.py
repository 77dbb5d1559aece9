"""Reading stories and developments of the snapshot, each with all that tells whether it holds, as frozen records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from extractors.errors import ConfigurationError
from warehouse.database import Connection, rows
from warehouse.read import ALL, records


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A running affair; fields as the columns of `stories`, and the numbers of its developments.

    Of its `articles`, `copies` are copies; of its `developments`, `withdrawn` have been taken back.
    """

    story_id: str
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    copies: int
    publishers: int
    languages: tuple[str, ...]
    developments: int
    withdrawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """An article that reports a development. `basis` is None for copies and where it cannot be told."""

    article_id: str
    url: str
    title: str
    publisher: str
    language: str | None
    reported_at: datetime
    role: str
    basis: str | None
    copy_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure of a development: its normal form, and as the article writes it (`surface`)."""

    kind: str
    value: str
    unit: str
    surface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDevelopment:
    """A development that stands in relation to another one; `url` … `language` as in `DevelopmentRow`."""

    development_id: str
    event_type: str
    status: str
    basis: str
    what: str
    sentence: str
    reported_at: datetime
    state: str
    url: str | None
    publisher: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What took a development back, in its own `sentence`; all but the time None where it is no longer kept."""

    article_id: str | None
    withdrawn_at: datetime | None
    url: str | None
    title: str | None
    publisher: str | None
    language: str | None
    sentence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentRow:
    """A development with its evidence; fields as the columns of `developments`, and what stands around it.

    `url`, `headline`, `publisher` and `language` are those of the first report; None where the article is no
    longer kept, `language` also where it is not known. `reports` are all in the order of reporting, copies among
    them; `confirmed_by` the one that brought the second origin and `official_by` the first one that has it on
    official word (None where there is none). `known_before` is what it changes, `changed_by` what changes it,
    `contradictions` what says otherwise; `withdrawal` is None while it stands.
    """

    development_id: str
    story_id: str
    event_type: str
    status: str
    basis: str
    participants: tuple[str, ...]
    what: str
    sentence: str
    first_article_id: str
    url: str | None
    headline: str | None
    publisher: str | None
    language: str | None
    reported_at: datetime
    detected_at: datetime
    articles: int
    copies: int
    origins: int
    state: str
    confirmed_at: datetime | None
    official_at: datetime | None
    supersedes: str | None
    contradicts: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    figures: tuple[FigureRow, ...]
    reports: tuple[ReportRow, ...]
    confirmed_by: ReportRow | None
    official_by: ReportRow | None
    known_before: OtherDevelopment | None
    changed_by: tuple[OtherDevelopment, ...]
    contradictions: tuple[OtherDevelopment, ...]
    withdrawal: Withdrawal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryArticle:
    """An article of a story. `brings` holds `development_id role` of each development it reports."""

    article_id: str
    url: str
    title: str
    publisher: str
    language: str | None
    reported_at: datetime
    copy_of: str | None
    brings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageRow:
    """What became of a story; `title` is that of the other one than was asked about, None where it is gone."""

    story_id: str
    successor_id: str
    change: str
    changed_at: datetime
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTimeline:
    """A story with its developments and its articles, both in the order of reporting.

    `followed` are the mergers that lead from the id that was asked for to this story, none where it is the
    story's own; `lineage` is what was merged into this story, and what it was split from or into.
    """

    story: StoryRow
    followed: tuple[LineageRow, ...]
    lineage: tuple[LineageRow, ...]
    developments: tuple[DevelopmentRow, ...]
    articles: tuple[StoryArticle, ...]


def read_stories(con: Connection, *, most: int = ALL) -> tuple[StoryRow, ...]:
    """Return at most `most` stories, the one with the newest article first."""
    return records(StoryRow, rows(con, "read_stories", story_id=None, most=most))


def read_story(con: Connection, typed: str) -> StoryTimeline:
    """Return the timeline of the story with the id `typed`, or the only one whose id begins so.

    The id of a story that was merged into another one leads to that one.

    Raises:
        ConfigurationError: no story has such an id, or several have; for none, names those most like it.
    """
    found = [row["story_id"] for row in rows(con, "read_story_ids", typed=typed)] if typed else []
    if typed in found:
        found = [typed]
    if not found:
        near = [f"{row['story_id']} ({row['title']})" for row in rows(con, "read_stories_near", typed=typed)]
        like = f"most like it: {', '.join(near)}" if near else "none is stored yet"
        raise ConfigurationError(f"there is no story {typed!r}, {like}; `newswatch stories` lists them")
    ways = {key: _followed(con, key) for key in found}
    if len({way[-1].successor_id if way else key for key, way in ways.items()}) > 1:
        raise ConfigurationError(f"{typed!r} begins several ids: {', '.join(found)}")
    followed = min(ways.values(), key=len)
    story_id = followed[-1].successor_id if followed else next(key for key, way in ways.items() if not way)
    stories = records(StoryRow, rows(con, "read_stories", story_id=story_id, most=1))
    if not stories:
        told = ", ".join(f"{row.story_id} was merged into {row.successor_id}" for row in followed)
        raise ConfigurationError(f"{told}, which is no story any more; `newswatch stories` lists them")
    return StoryTimeline(
        story=stories[0],
        followed=followed,
        lineage=records(LineageRow, rows(con, "read_lineage", story_id=story_id)),
        developments=tuple(reversed(read_developments(con, story_id=story_id))),
        articles=records(StoryArticle, rows(con, "read_story_articles", story_id=story_id)),
    )


def _followed(con: Connection, story_id: str) -> tuple[LineageRow, ...]:
    """Return the mergers from an id to the story it belongs to by now; a circle of them ends where it closes."""
    way: list[LineageRow] = []
    while not rows(con, "read_stories", story_id=story_id, most=1):
        lineage = records(LineageRow, rows(con, "read_lineage", story_id=story_id))
        passed = {row.story_id for row in way}
        onward = [
            row
            for row in lineage
            if row.story_id == story_id and row.change == "merged" and row.successor_id not in passed
        ]
        if not onward:
            break
        way.append(onward[-1])
        story_id = onward[-1].successor_id
    return tuple(way)


def read_developments(  # noqa: PLR0913 - a filter each
    con: Connection,
    *,
    ids: Sequence[str] | None = None,
    story_id: str | None = None,
    event_type: str | None = None,
    entity_id: str | None = None,
    since: datetime | None = None,
    standing: bool = False,
    most: int = ALL,
) -> tuple[DevelopmentRow, ...]:
    """Return at most `most` developments, the newest first; None filters nothing.

    `since` is the earliest `reported_at`; `standing` leaves out those that were withdrawn.
    """
    found = rows(
        con,
        "read_developments",
        ids=None if ids is None else list(ids),
        story_id=story_id,
        event_type=event_type,
        entity_id=entity_id,
        since=since,
        standing=standing,
        most=most,
    )
    keys = [row["development_id"] for row in found]
    reports = _by(rows(con, "read_development_reports", ids=keys), "development_id")
    figures = _by(rows(con, "read_development_figures", ids=keys), "development_id")
    others = _by(rows(con, "read_development_others", ids=keys), "of_id")
    withdrawals = _by(rows(con, "read_withdrawals", ids=keys), "development_id")
    told = [
        row
        | _reports_told(row, reports.get(row["development_id"], []))
        | _others_told(others.get(row["development_id"], []))
        | {
            "figures": figures.get(row["development_id"], []),
            "withdrawal": next(iter(withdrawals.get(row["development_id"], [])), None),
        }
        for row in found
    ]
    return records(DevelopmentRow, told)


def _by(found: Iterable[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    """Return rows that are in the order of `key` by its value."""
    return {value: list(group) for value, group in groupby(found, key=lambda row: row[key])}


def _reports_told(row: Mapping[str, Any], reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return who reports a development, who confirmed it, and who has it on official word."""
    confirming = [one for one in reports if one["role"] == "confirms"]
    official = [one for one in reports if one["basis"] == "official"]
    return {
        "reports": reports,
        "confirmed_by": _reported(confirming, row["confirmed_at"]),
        "official_by": _reported(official, row["official_at"]),
    }


def _reported(reports: Sequence[dict[str, Any]], at: datetime | None) -> dict[str, Any] | None:
    """Return the report of the moment `at`, else the earliest: that of a revision is dated by its first version."""
    if at is None:
        return None
    return next((one for one in reports if one["reported_at"] == at), next(iter(reports), None))


def _others_told(others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    related = {
        key: [row for row in others if row["relation"] == key] for key in ("before", "after", "against")
    }
    return {
        "known_before": next(iter(related["before"]), None),
        "changed_by": related["after"],
        "contradictions": related["against"],
    }
