"""What the report shows, read from the snapshot in a few queries, all text made harmless."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flows.alerts.message import is_link, plain_line, reach
from warehouse.database import Connection, rows, run
from warehouse.read import SourceRow, read_sources
from warehouse.read_stories import DevelopmentRow, OtherDevelopment, ReportRow, Withdrawal, read_developments

#: Days of developments, counted back from the newest report in the file.
DAYS = 30
#: Days of the table of mentions: a year and a half would not fit a phone, a quarter does.
MENTION_DAYS = 91

#: The most of each that one page shows; it says where there is more.
MOST_DEVELOPMENTS = 200
MOST_STORIES = 50
MOST_STEPS = 12
MOST_LINKS = 5
MOST_ENTITIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A report: `url` is None where it may not be a link.

    Where the article is no longer kept, `article_id` is None and `publisher` empty.
    """

    article_id: str | None
    publisher: str
    url: str | None
    reported_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a development was first reported, confirmed or official, and by which report (None: it cannot be told)."""

    name: str
    at: datetime
    by: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A development that stands in relation to another one; `first` is its first report."""

    development_id: str
    what: str
    sentence: str
    language: str | None
    withdrawn: bool
    first: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What took a development back: its sentence, and the report it stands in."""

    sentence: str
    report: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A development with its evidence; `first` is its first report, `links` some of the others that are no copies.

    `moments` are the first report, the second origin and the first one on official word, as far as there are;
    `known_before` is the superseded development, None where there is none; `contradictions` what says otherwise;
    `correction` is None while it stands and where its article is no longer kept; `language` None where unknown.
    `reach` counts its articles.
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
    reach: str
    origins: int
    figures: tuple[str, ...]
    moments: tuple[Moment, ...]
    known_before: Other | None
    changed_by: tuple[Other, ...]
    contradictions: tuple[Other, ...]
    withdrawn: bool
    withdrawn_at: datetime | None
    correction: Correction | None
    first: Link
    links: tuple[Link, ...]

    @property
    def contradicted(self) -> bool:
        """Whether something that stands says otherwise."""
        return any(not other.withdrawn for other in self.contradictions)

    @property
    def updated_at(self) -> datetime:
        """When what holds last changed: reported, contradicted or withdrawn; a confirmation changes nothing of it."""
        against = (other.first.reported_at for other in self.contradictions)
        return max(self.reported_at, self.withdrawn_at or self.reported_at, *against)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """A story with its last steps, the earliest first; `steps_in_all` counts the ones before them too.

    `reach` counts its articles; `lineage` says in a line each what was merged into it or split off.
    """

    story_id: str
    title: str
    first_at: datetime
    last_at: datetime
    reach: str
    publishers: int
    languages: tuple[str, ...]
    lineage: tuple[str, ...]
    steps: tuple[Entry, ...]
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
    stories = rows(con, "report_stories", most=MOST_STORIES)
    steps = rows(con, "report_timelines", ids=[row["story_id"] for row in stories], most=MOST_STEPS)
    entries = _entries(con, (*found, *steps))
    lineage = _grouped(rows(con, "report_lineage", ids=[row["story_id"] for row in stories]), "of_id")
    weeks, mentions = _mentions(con, newest)
    timelines = _grouped(steps, "story_id")
    return ReportData(
        since=since,
        entries=tuple(entries[row["development_id"]] for row in found),
        in_all=found[0]["total"] if found else 0,
        stories=tuple(
            _story(row, timelines.get(row["story_id"], []), entries, lineage.get(row["story_id"], []))
            for row in stories
        ),
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


def _entries(con: Connection, found: Sequence[Mapping[str, Any]]) -> dict[str, Entry]:
    """Return by id the developments of rows with `development_id` and the title of the `story`."""
    titles = {row["development_id"]: row["story"] or "" for row in found}
    developments = read_developments(con, ids=tuple(titles)) if titles else ()
    return {row.development_id: _entry(row, titles[row.development_id]) for row in developments}


def _entry(row: DevelopmentRow, story: str) -> Entry:
    told = ("event_type", "status", "basis", "what", "sentence", "headline")
    shown: dict[str, Any] = {name: plain_line(getattr(row, name) or "") for name in told}
    elsewhere = {row.first_article_id, row.withdrawn_by}
    further = [one for one in row.reports if one.article_id not in elsewhere and one.copy_of is None]
    figures = dict.fromkeys(plain_line(figure.surface) for figure in row.figures)
    return Entry(
        **shown,
        development_id=row.development_id,
        story_id=row.story_id,
        story=plain_line(story),
        language=row.language,
        reported_at=row.reported_at,
        reach=reach(row.articles, row.copies),
        origins=row.origins,
        figures=tuple(figures),
        moments=tuple(_moments(row)),
        known_before=_other(row.known_before) if row.known_before else None,
        changed_by=tuple(_other(other) for other in row.changed_by),
        contradictions=tuple(_other(other) for other in row.contradictions),
        withdrawn=row.state == "withdrawn",
        withdrawn_at=row.withdrawn_at,
        correction=_correction(row.withdrawal) if row.withdrawal else None,
        first=_first(row),
        links=tuple(_link(one) for one in further[:MOST_LINKS]),
    )


def _moments(row: DevelopmentRow) -> Iterator[Moment]:
    yield Moment(name="first report", at=row.reported_at, by=_first(row))
    if row.confirmed_at:
        yield Moment(
            name="second origin",
            at=row.confirmed_at,
            by=_link(row.confirmed_by) if row.confirmed_by else None,
        )
    if row.official_at:
        yield Moment(
            name="official", at=row.official_at, by=_link(row.official_by) if row.official_by else None
        )


def _first(row: DevelopmentRow | OtherDevelopment) -> Link:
    kept = row.first_article_id if isinstance(row, DevelopmentRow) and row.url else None
    return Link(
        article_id=kept,
        publisher=plain_line(row.publisher or ""),
        url=_web(row.url),
        reported_at=row.reported_at,
        language=row.language,
    )


def _other(row: OtherDevelopment) -> Other:
    return Other(
        development_id=row.development_id,
        what=plain_line(row.what),
        sentence=plain_line(row.sentence),
        language=row.language,
        withdrawn=row.state == "withdrawn",
        first=_first(row),
    )


def _correction(row: Withdrawal) -> Correction | None:
    """Return what took a development back; None where its article is no longer kept."""
    if row.title is None or row.withdrawn_at is None:
        return None
    report = Link(
        article_id=row.article_id,
        publisher=plain_line(row.publisher or "?"),
        url=_web(row.url),
        reported_at=row.withdrawn_at,
        language=row.language,
    )
    return Correction(sentence=plain_line(row.sentence or row.title), report=report)


def _link(row: ReportRow) -> Link:
    return Link(
        article_id=row.article_id,
        publisher=plain_line(row.publisher),
        url=_web(row.url),
        reported_at=row.reported_at,
        language=row.language,
    )


def _web(url: str | None) -> str | None:
    return url if url and is_link(url) else None


def _story(
    row: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    entries: Mapping[str, Entry],
    lineage: Sequence[Mapping[str, Any]],
) -> StoryEntry:
    kept = ("story_id", "first_at", "last_at", "publishers")
    return StoryEntry(
        **{name: row[name] for name in kept},
        title=plain_line(row["title"]),
        reach=reach(row["articles"], row["copies"]),
        languages=tuple(plain_line(code) for code in row["languages"]),
        lineage=tuple(_lineage(one) for one in lineage),
        steps=tuple(entries[step["development_id"]] for step in steps),
        steps_in_all=steps[0]["total"] if steps else 0,
    )


def _lineage(row: Mapping[str, Any]) -> str:
    """Return what a row says about the story `of_id`: merged into it, split off from another, or a part split off."""
    on, other = f"on {row['changed_at']:%Y-%m-%d}", plain_line(row["title"] or row["other_id"])
    if row["change"] == "merged":
        return f"Story {plain_line(row['other_id'])} was merged into it {on}."
    return f"Split off {on} from: {other}." if row["came"] else f"A part was split off {on}: {other}."


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
