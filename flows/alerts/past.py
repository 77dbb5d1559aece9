"""Stored developments as they were told step by step, and the evidence that messages about them draw from. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from extractors.records import Figure
from flows.alerts.gathering import story_url
from flows.alerts.message import Against, Evidence, Place, Word
from warehouse.judged import Development
from warehouse.read_stories import DevelopmentRow, ReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A development as it was at a time: when it was found, and each time it changed in what rules ask for."""

    at: datetime
    development: Development
    is_new: bool = False
    turned_official: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Developments by id, with the titles of stories and the names of entities, each by id.

    `figures` are those of their first reports, by id of the development.
    """

    rows: Mapping[str, DevelopmentRow]
    stories: Mapping[str, str]
    names: Mapping[str, str]
    figures: Mapping[str, tuple[Figure, ...]]
    report_url: str | None = None

    def steps(self) -> Sequence[Step]:
        """Return all steps in the order of time."""
        found = [step for row in self.rows.values() for step in steps_of(row)]
        return sorted(found, key=lambda step: (step.at, not step.is_new, step.development.development_id))

    def evidence(self, step: Step) -> Evidence:
        """Return what a message on this step may say; the first report and the sentence are those known today."""
        row = self.rows[step.development.development_id]
        before = self.rows.get(row.supersedes or "")
        against = [
            self.rows[one.development_id] for one in row.contradictions if one.development_id in self.rows
        ]
        others = [row, *([before] if before else []), *against]
        first = _place_of_first(row)
        return Evidence(
            story_title=self.stories.get(row.story_id, ""),
            article_title=row.headline or "",
            first=first,
            second=_place(row.confirmed_by) if row.confirmed_by and step.development.confirmed_at else None,
            before=current(before) if before else None,
            against=tuple(
                Against(development=current(one), place=_place_of_first(one))
                for one in against
                if one.detected_at <= step.at and one.state == "standing"
            ),
            official=_official(row) if step.turned_official else None,
            correction=_correction(row) if step.development.state == "withdrawn" else None,
            links=tuple(one.url for one in row.reports if one.copy_of is None and one.reported_at <= step.at),
            names=tuple(self.names.get(key, key) for key in row.participants),
            story_url=story_url(self.report_url, row.story_id),
            same_step=tuple(self._same_step(row, step.at)),
            figures=tuple(one for other in others for one in self.figures.get(other.development_id, ())),
            found=frozenset(self.names.get(key, key) for other in others for key in other.participants),
            known_names=frozenset(self.names.values()),
        )

    def _same_step(self, row: DevelopmentRow, at: datetime) -> Iterator[str]:
        before = self.rows.get(row.supersedes or "")
        for one in before.changed_by if before else ():
            same = (one.event_type, one.status, one.basis) == (row.event_type, row.status, row.basis)
            if same and one.development_id != row.development_id and one.reported_at <= at:
                yield one.development_id


def steps_of(row: DevelopmentRow) -> Iterator[Step]:
    """Yield the steps of a stored development in the order of time.

    What came between two of them, and when newswatch saw it, is not stored: a report counts from when it was reported,
    or from when the development was found.
    """
    found = replace(
        current(row),
        articles=1,
        copies=0,
        origins=1,
        state="standing",
        confirmed_at=None,
        official_at=row.official_at if row.basis == "official" else None,
        withdrawn_at=None,
        withdrawn_by=None,
    )
    yield Step(at=row.detected_at, development=found, is_new=True)
    moments: list[tuple[datetime, str]] = [
        (one.reported_at, "origin") for one in row.reports if one.role == "confirms"
    ]
    if row.official_at is not None and row.basis != "official":
        moments.append((row.official_at, "official"))
    if row.withdrawn_at is not None:
        moments.append((row.withdrawn_at, "withdrawn"))
    for reported_at, what in sorted(moments):
        at = max(reported_at, row.detected_at)
        told = [one for one in row.reports if one.reported_at <= at]
        found = replace(
            found,
            articles=max(len(told), 1),
            copies=sum(one.copy_of is not None for one in told),
            origins=found.origins + (what == "origin"),
            confirmed_at=found.confirmed_at or (row.confirmed_at if what == "origin" else None),
            official_at=found.official_at or (row.official_at if what == "official" else None),
        )
        if what == "withdrawn":
            gone = current(row)
            found = replace(
                found, state="withdrawn", withdrawn_at=gone.withdrawn_at, withdrawn_by=gone.withdrawn_by
            )
        yield Step(at=at, development=found, turned_official=what == "official")


def current(row: DevelopmentRow) -> Development:
    """Return a stored development as judgement knows it."""
    return Development(**{one.name: getattr(row, one.name) for one in fields(Development)})


def _official(row: DevelopmentRow) -> Word | None:
    by = row.official_by
    return Word(sentence=by.title, place=_place(by)) if by else None


def _correction(row: DevelopmentRow) -> Word | None:
    """Return what took it back; where its article is no longer kept, what is known of it."""
    gone = row.withdrawal
    if gone is None or gone.withdrawn_at is None:
        return None
    place = Place(
        url=gone.url or "",
        publisher=gone.publisher or "?",
        reported_at=gone.withdrawn_at,
        language=gone.language,
    )
    return Word(sentence=gone.sentence or gone.title or "", place=place)


def _place(report: ReportRow) -> Place:
    return Place(
        url=report.url,
        publisher=report.publisher,
        reported_at=report.reported_at,
        language=report.language,
    )


def _place_of_first(row: DevelopmentRow) -> Place | None:
    if row.url is None or row.publisher is None:
        return None
    return Place(url=row.url, publisher=row.publisher, reported_at=row.reported_at, language=row.language)


def figure_of(kind: str, value: str, unit: str) -> Figure:
    """Return a stored figure, without its place."""
    number = None
    if kind != "date":
        try:
            number = float(value)
        except ValueError:
            number = None
    return Figure(
        kind=kind,  # type: ignore[arg-type]  # one of the kinds, as stored
        value=value,
        number=number,
        unit=unit,
        surface=value,
        part="body",
        start=0,
        stop=0,
    )
