"""Facts: what a claim asserts, in a form in which two claims can be compared across languages."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from extractors.records import Basis, EventType, Figure, Signals, Status
from warehouse.judged import Report

#: Figures that differ by no more than this share are the same one, rounded (88,898 and "some 90,000").
ROUNDING = 0.02

#: Score of a claim that is asserted, not guessed: by a reader that knows. The model of the package never gives it.
CERTAIN = 1.0

#: Kinds of figures in which a change is a change of the matter.
MATERIAL = frozenset({"money", "vehicles", "vehicles_per_year", "percent", "date"})

_QUARTER = 3
_HALF = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One claim of a report with its figures. `position` is its index in `Signals.claims`."""

    position: int
    event_type: EventType
    status: Status
    basis: Basis
    participants: frozenset[str]
    figures: tuple[Figure, ...]
    sentence: str
    score: float


def news_of(report: Report) -> tuple[Fact, ...]:
    """Return what `report` reports as its news, the surest first; what it only recalls is left out."""
    claims = enumerate(report.signals.claims)
    facts = [fact_at(report, position) for position, claim in claims if claim.is_news]
    return tuple(sorted(facts, key=lambda fact: (-fact.score, fact.position)))


def fact_at(report: Report, position: int) -> Fact:
    """Return the claim at `position` of `report` as a fact."""
    claim = report.signals.claims[position]
    return Fact(
        position=position,
        event_type=claim.event_type,
        status=claim.status,
        basis=claim.basis,
        participants=frozenset(claim.participants),
        figures=tuple(figure for figure in report.signals.figures if figure.claim == position),
        sentence=claim.sentence,
        score=claim.score,
    )


def said_before(fact: Fact, earlier: Signals) -> bool:
    """Tell whether the version of the article with the signals `earlier` said `fact` already.

    It did if it has a claim of the same type, status and basis, and every figure of `fact`.
    """
    same = (fact.event_type, fact.status, fact.basis)
    if all((claim.event_type, claim.status, claim.basis) != same for claim in earlier.claims):
        return False
    return all(share_figure([figure], earlier.figures) for figure in fact.figures)


def headline_figures(report: Report) -> tuple[Figure, ...]:
    """Return the figures that carry the news: of title and lead, and those of claims that are news."""
    claims = report.signals.claims
    return tuple(
        figure
        for figure in report.signals.figures
        if figure.part != "body" or (figure.claim is not None and claims[figure.claim].is_news)
    )


def share_figure(left: Iterable[Figure], right: Iterable[Figure]) -> bool:
    """Tell whether a figure of `left` stands in `right`, but for rounding."""
    others = tuple(right)
    return any(same_figure(one, other) for one in left for other in others)


def conflict(left: Iterable[Figure], right: Iterable[Figure]) -> bool:
    """Tell whether both name a figure of one kind and unit, and none of the figures agrees."""
    ours, theirs = tuple(left), tuple(right)
    if share_figure(ours, theirs):
        return False
    return bool(_kinds(ours) & _kinds(theirs))


def same_figure(one: Figure, other: Figure) -> bool:
    """Tell whether two figures are one: same kind and unit, equal but for rounding; a date within the other."""
    if (one.kind, one.unit) != (other.kind, other.unit):
        return False
    if one.kind == "date":
        return _dates_agree(one.value, other.value)
    if one.number is None or other.number is None:
        return one.value == other.value
    return abs(one.number - other.number) <= ROUNDING * max(abs(one.number), abs(other.number))


def _kinds(figures: Iterable[Figure]) -> set[tuple[str, str]]:
    return {(figure.kind, figure.unit) for figure in figures if figure.kind in MATERIAL or figure.unit}


def _dates_agree(one: str, other: str) -> bool:
    if one == other:
        return True
    ours, theirs = _span(one), _span(other)
    if ours is None or theirs is None:
        return False
    inner, outer = sorted((ours, theirs), key=lambda span: span[1] - span[0])
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _span(value: str) -> tuple[date, date] | None:
    """Return first and last day of a date in the normal form, None where it is none."""
    year, _, rest = value.partition("-")
    try:
        if not rest:
            return date(int(year), 1, 1), date(int(year), 12, 31)
        if rest[0] in "HQ":
            months = _HALF if rest[0] == "H" else _QUARTER
            last = months * int(rest[1:])
            return date(int(year), last - months + 1, 1), _end_of_month(int(year), last)
        month, _, day = rest.partition("-")
        if day:
            exact = date(int(year), int(month), int(day))
            return exact, exact
        return date(int(year), int(month), 1), _end_of_month(int(year), int(month))
    except ValueError:
        return None


def _end_of_month(year: int, month: int) -> date:
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        raise ValueError(f"no month: {month}")
    return date(year, month, monthrange(year, month)[1])
