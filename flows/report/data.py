"""Developments as the report and the feed show them, read from the snapshot, all text made harmless."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flows.alerts.message import is_link, plain_line
from warehouse.database import Connection
from warehouse.read_stories import DevelopmentRow, OtherDevelopment, ReportRow, Withdrawal, read_developments

#: The most reports linked beside the first one.
MOST_LINKS = 5
#: Addresses of visible ASCII characters with a host.
_PLAIN_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#][!-~]*)?")


def line(text: str) -> str:
    """Return what `plain_line` does, ten times as fast for texts in which it finds nothing (most are such)."""
    return " ".join(text.split()) if text.isprintable() else plain_line(text)


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
    `articles`, `copies` among them, report it. `story` is the title of its story, in `story_language`.
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
    articles: int = 0
    copies: int = 0
    story_language: str | None = None

    @property
    def later(self) -> tuple[Moment, ...]:
        """The moments that are no part of the first report."""
        first = self.first.article_id
        return tuple(one for one in self.moments[1:] if not (one.by and one.by.article_id == first and first))

    @property
    def further(self) -> tuple[Link, ...]:
        """The links that no moment has."""
        told = {one.by.article_id for one in self.later if one.by}
        return tuple(one for one in self.links if one.article_id not in told)

    @property
    def contradicted(self) -> bool:
        """Whether something that stands says otherwise."""
        return any(not other.withdrawn for other in self.contradictions)

    @property
    def official_at(self) -> datetime | None:
        """When hearsay was first reported on official word, None where it was not, or was official from the start."""
        found = (one.at for one in self.moments if one.name == "official")
        return next(found, None) if self.basis == "unconfirmed" else None

    @property
    def updated_at(self) -> datetime:
        """When what holds last changed: reported, official, contradicted, withdrawn; a second origin changes none."""
        against = (other.first.reported_at for other in self.contradictions)
        later = (one for one in (self.official_at, self.withdrawn_at, *against) if one)
        return max((self.reported_at, *later))

    @property
    def standing(self) -> str:
        """How it stands, in one word: `withdrawn`, `official` (by now, at least) or `unconfirmed`."""
        if self.withdrawn:
            return "withdrawn"
        return "official" if self.official_at or self.basis == "official" else "unconfirmed"


def entries_of(con: Connection, found: Sequence[Mapping[str, Any]]) -> dict[str, Entry]:
    """Return by id the developments of rows with `development_id`, and title and language of the story."""
    titles = {row["development_id"]: (row["story"] or "", row["story_language"]) for row in found}
    developments = read_developments(con, ids=tuple(titles)) if titles else ()
    return {row.development_id: _entry(row, *titles[row.development_id]) for row in developments}


def _entry(row: DevelopmentRow, story: str, story_language: str | None) -> Entry:
    told = ("event_type", "status", "basis", "what", "sentence", "headline")
    shown: dict[str, Any] = {name: line(getattr(row, name) or "") for name in told}
    elsewhere = {row.first_article_id, row.withdrawn_by}
    further = [one for one in row.reports if one.article_id not in elsewhere and one.copy_of is None]
    figures = dict.fromkeys(line(figure.surface) for figure in row.figures)
    return Entry(
        **shown,
        development_id=row.development_id,
        story_id=row.story_id,
        story=line(story),
        story_language=story_language,
        language=row.language,
        reported_at=row.reported_at,
        articles=row.articles,
        copies=row.copies,
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
        publisher=line(row.publisher or ""),
        url=web_link(row.url),
        reported_at=row.reported_at,
        language=row.language,
    )


def _other(row: OtherDevelopment) -> Other:
    return Other(
        development_id=row.development_id,
        what=line(row.what),
        sentence=line(row.sentence),
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
        publisher=line(row.publisher or "?"),
        url=web_link(row.url),
        reported_at=row.withdrawn_at,
        language=row.language,
    )
    return Correction(sentence=line(row.sentence or row.title), report=report)


def _link(row: ReportRow) -> Link:
    return Link(
        article_id=row.article_id,
        publisher=line(row.publisher),
        url=web_link(row.url),
        reported_at=row.reported_at,
        language=row.language,
    )


def web_link(url: str | None) -> str | None:
    """Return the address where it may be a link, else None."""
    return url if url and _is_link(url) else None


@lru_cache(maxsize=10_000)
def _is_link(url: str) -> bool:
    """Return what `is_link` does: of plain addresses, which most are, it would say so; one stands on several pages."""
    return _PLAIN_LINK.fullmatch(url) is not None or is_link(url)
