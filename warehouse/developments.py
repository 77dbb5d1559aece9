"""Developments: whether a claim says what is known already, and how a new one reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import fsum

from extractors.records import Figure
from warehouse.facts import CERTAIN, Fact, conflict, share_figure
from warehouse.judged import Development, Report
from warehouse.ladders import goes_further
from warehouse.origins import cited_media, medium
from warehouse.stories import entities_of

#: A development older than this is not confirmed any more: the same again is new (measured: 45 days with
#: type and status found .96–.98 of the developments of three sets, 7 days .89–.96).
REACH = timedelta(days=45)

#: Within this time a report that resembles a known one is taken for a repeat whatever its claims say, and a
#: claim that waits for a second report is remembered.
FRESH = timedelta(days=3)

#: Score from which a claim says what a development says.
MATCH = 1.5

#: Words of hearsay turned official within this time come from one piece of news, read in two ways.
UPGRADE_AFTER = timedelta(hours=12)

_FULL_STATUS = frozenset({"denied", "ended"})
_NAMES_SHOWN = 4
_FIGURES_SHOWN = 3
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a development through its reports.

    `facts` are the claims that say it, the first report's first; `reports` its known reports without copies;
    `headlines` the figures they carry in title, lead and news; `last_at` the time of the latest one, copies counted.
    Derived are `namings`, whom each report is about, `papers`, who published or is cited by them, and of the headlines
    `dates` and the other figures, `counts`.
    """

    development: Development
    facts: tuple[Fact, ...]
    reports: tuple[Report, ...]
    headlines: tuple[Figure, ...]
    entities: frozenset[str]
    articles: frozenset[str]
    last_at: datetime
    namings: tuple[frozenset[str], ...] = ()
    papers: frozenset[str] = frozenset()
    counts: tuple[Figure, ...] = ()
    dates: tuple[Figure, ...] = ()

    def __post_init__(self) -> None:
        """Work out once what every claim near it is compared with."""
        papers = {medium(one.publisher) for one in self.reports}
        papers |= {medium(cited) for one in self.reports for cited in cited_media(one)}
        told = {
            "namings": tuple(entities_of(one) for one in self.reports),
            "papers": frozenset(papers),
            "counts": tuple(one for one in self.headlines if one.kind != "date"),
            "dates": tuple(one for one in self.headlines if one.kind == "date"),
        }
        for name, value in told.items():
            object.__setattr__(self, name, value)


def match_score(fact: Fact, report: Report, known: Evidence, weights: Mapping[str, float]) -> float:
    """Return how much speaks for `fact` saying what `known` says; `MATCH` and above is a repeat.

    Status weighs little, for it is often read wrongly; a denial and the thing denied are always apart.
    """
    development = known.development
    if is_denial(fact) != (development.status in _FULL_STATUS):
        return -1.0
    score = _time_score(report, known)
    score += _status_score(fact, development)
    score += _participant_score(fact, development, weights)
    score += _figure_score(fact, known)
    if report.article_id in known.articles:
        score += 2.0
    if _turns_official(fact, report, known):
        score -= 3.0
    return score


def is_denial(fact: Fact) -> bool:
    """Tell whether `fact` says, on the word of one who must know, that something is not (or no longer) so."""
    return fact.status in _FULL_STATUS and fact.basis == "official"


def opened_by(report: Report, fact: Fact, development_id: str) -> Development:
    """Return the development that `fact` of `report` opens, as it is before any report is counted or put to it."""
    return Development(
        development_id=development_id,
        story_id=report.story_id or "",
        event_type=fact.event_type,
        status=fact.status,
        basis=fact.basis,
        participants=report.signals.claims[fact.position].participants,
        what="",
        sentence=fact.sentence,
        first_article_id=report.article_id,
        reported_at=report.reported_at,
        detected_at=report.detected_at,
        articles=0,
        origins=0,
    )


def what(fact: Fact, participants: Iterable[str], names: Mapping[str, str]) -> str:
    """Return the line that tells the development: who, what kind of event, its state, on whose word, figures.

    `names` gives the name of an entity by id; where it gives none the id's own words stand.
    """
    shown = [names.get(one) or _words(one) for one in participants]
    more = f" and {len(shown) - _NAMES_SHOWN} more" if len(shown) > _NAMES_SHOWN else ""
    who = ", ".join(shown[:_NAMES_SHOWN]) + more
    line = f"{fact.event_type}, {fact.status}" + (" (unconfirmed)" if fact.basis == "unconfirmed" else "")
    figures = list(dict.fromkeys(_shown(figure) for figure in fact.figures))[:_FIGURES_SHOWN]
    tail = f": {', '.join(figures)}" if figures else ""
    return (f"{who}: " if who else "") + line + tail


def _status_score(fact: Fact, development: Development) -> float:
    """Weigh the status: of a claim that is certain a step up the ladder tells apart, for others are often misread."""
    if fact.status == development.status:
        return 0.5
    further = goes_further(development.event_type, development.status, fact.status)
    return -2.5 if fact.score >= CERTAIN and further else -0.5


def _time_score(report: Report, known: Evidence) -> float:
    gap = min(
        abs(report.reported_at - known.last_at), abs(report.reported_at - known.development.reported_at)
    )
    if gap <= timedelta(days=1):
        return 1.5
    if gap <= FRESH:
        return 1.0
    return 0.5 if gap <= timedelta(days=10) else -0.5


def _participant_score(fact: Fact, development: Development, weights: Mapping[str, float]) -> float:
    theirs = frozenset(development.participants)
    both = fsum(weights[one] for one in fact.participants & theirs)
    either = fsum(weights[one] for one in fact.participants | theirs)
    if not either:
        return 0.5 if fact.participants & theirs or not (fact.participants and theirs) else -0.5
    return 1.5 * both / either if both else -1.0


def _figure_score(fact: Fact, known: Evidence) -> float:
    theirs = tuple(figure for said in known.facts for figure in said.figures)
    if share_figure(fact.figures, theirs):
        return 2.0
    if conflict(fact.figures, theirs):
        return -3.0
    unheard = fact.figures and not share_figure(fact.figures, known.headlines)
    return -0.25 if unheard else 0.0


def _turns_official(fact: Fact, report: Report, known: Evidence) -> bool:
    """Tell whether `fact` is the official word on hearsay: of what was taken back it is news from the first hour."""
    development = known.development
    return (
        fact.basis == "official"
        and development.basis == "unconfirmed"
        and not cited_media(report)
        and report.article_id not in known.articles
        and (
            development.state == "withdrawn" or report.reported_at - development.reported_at >= UPGRADE_AFTER
        )
    )


def overlap(ours: frozenset[str], theirs: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return the share of names that both have, by weight; by number where none of them weighs anything."""
    either = fsum(weights[one] for one in ours | theirs)
    if either:
        return fsum(weights[one] for one in ours & theirs) / either
    return len(ours & theirs) / max(1, len(ours | theirs))


def _words(entity_id: str) -> str:
    return entity_id.partition(":")[2].replace("-", " ") or entity_id


def _shown(figure: Figure) -> str:
    if figure.number is None:
        return figure.value
    number = _number(figure.number)
    match figure.kind:
        case "money":
            return f"{figure.unit} {number}"
        case "vehicles_per_year":
            return f"{number} vehicles a year"
        case "percent":
            return f"{number} %"
        case _:
            return f"{number} {figure.unit.replace('_per_', ' a ').replace('_', ' ')}".rstrip()


def _number(number: float) -> str:
    for scale, name in _SCALES:
        if abs(number) >= scale:
            return f"{number / scale:.6g}{name}"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.6g}"
