"""Figures: numbers with what they count, in normal form, from German, English and Chinese.

A number is a figure only where the text says what it counts: money, vehicles, vehicles a year, per cent, a date, or
another unit of `lexicons/units.toml`. In a list or range the unit that stands once counts for all
("21.59万、24.59万和29.99万元", "10 to 15 billion yuan").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from extractors.records import Figure, FigureKind, Part
from extractors.signals.dates import FoundDate, find_dates
from extractors.signals.mentions import lead_span
from extractors.signals.numbers import FoundNumber, find_numbers, plain_form
from extractors.signals.scripts import fold
from extractors.signals.units import (
    Evidence,
    Meaning,
    is_about_vehicles,
    is_bare,
    is_named,
    meaning_of,
    names_other,
    pace_only,
    vehicles_before,
)

#: From here on a number without a noun may still count vehicles ("120,000 a year", "orders reached 88,898").
_LARGE = 1000
_YEARS = (1900, 2100)
_JOIN_REACH = 24
_VEHICLES = frozenset({"vehicles", "vehicles_per_year"})
_SENTENCE_END = re.compile(r"[.!?]\s|[。\n]")
#: What joins the numbers of a list or range; a comma alone only further left in a list.
_JOIN = re.compile(
    r"\s?(?:、|-|–|—|~|/|至|到|和|与|或|及|-?\s(?:or|to|oder|bis|bzw\.)|,?\s(?:and|und))"
    r"\s?(?:about |rund |nearly |almost |knapp |etwa |around |zu |between |zwischen |约|近)?"
)
_COMMA = re.compile(r",\s?")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A number with its meaning (None: not known yet); `is_shared`: it has it from the next one of a list."""

    number: FoundNumber
    meaning: Meaning | None
    value: Decimal
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    kind: FigureKind
    value: str
    number: float | None
    unit: str
    start: int
    stop: int
    evidence: Evidence = "unit"


def find_figures(
    title: str, text: str, language: str | None, published_at: datetime | None, lead: str | None = None
) -> tuple[Figure, ...]:
    """Return the figures of title and text, in order.

    `published_at` None: relative dates are left out. `lead` (a piece of `text`) tells which figures are in the lead.
    `claim` is None in all of them. Units and orders count as vehicles only where title or text speak of vehicles.
    """
    today = published_at.date() if published_at else None
    folded_title, folded = fold(title), fold(text)
    in_title, in_text = _find(folded_title, language, today), _find(folded, language, today)
    if any(one.evidence != "unit" for one in (*in_title, *in_text)) and not is_about_vehicles(
        folded_title, folded
    ):
        in_title, in_text = _without_vehicles(in_title), _without_vehicles(in_text)
    lead_start, lead_stop = lead_span(text, lead)
    figures = [_figure(found, title, "title") for found in in_title]
    for found in in_text:
        part: Part = "lead" if lead_start <= found.start < lead_stop else "body"
        figures.append(_figure(found, text, part))
    return tuple(figures)


def _without_vehicles(found: list[_Found]) -> list[_Found]:
    """Make units of what is vehicles only in a text about vehicles, and leave out what is a guess there."""
    return [
        replace(one, kind="other", unit=one.unit.replace("vehicles", "units"))
        if one.evidence == "noun"
        else one
        for one in found
        if one.evidence != "guess"
    ]


def _figure(found: _Found, words: str, part: Part) -> Figure:
    return Figure(
        kind=found.kind,
        value=found.value,
        number=found.number,
        unit=found.unit,
        surface=words[found.start : found.stop],
        part=part,
        start=found.start,
        stop=found.stop,
    )


def _find(folded: str, language: str | None, today: date | None) -> list[_Found]:
    """Return the figures of one text: dates first, then the numbers that are no part of a date."""
    dates = find_dates(folded, language, today)
    readings = _read(folded, language, dates)
    found = [_Found("date", one.value, None, "date", one.start, one.stop) for one in dates]
    found += list(_quantities(readings))
    return sorted(found, key=lambda one: (one.start, one.stop))


def _read(folded: str, language: str | None, dates: list[FoundDate]) -> list[_Reading]:
    taken = {at for one in dates for at in range(one.start, one.stop)}
    readings = []
    for number in find_numbers(folded, language):
        if number.start in taken:
            continue
        meaning = meaning_of(folded, number)
        readings.append(_Reading(number, meaning, number.value))
    readings = _shared_units(folded, readings)
    return _carried(folded, [_guessed(folded, reading) for reading in readings])


def _shared_units(folded: str, readings: list[_Reading]) -> list[_Reading]:
    """Give the unit of a list or range to its members without one: from the right, then from the left."""
    for index in range(len(readings) - 2, -1, -1):
        here, behind = readings[index], readings[index + 1]
        if here.meaning is None and _can_share(folded, here, behind) and _are_joined(folded, here, behind):
            readings[index] = replace(_with_meaning_of(here, behind, takes_scale=True), is_shared=True)
    for index in range(1, len(readings)):
        before, here = readings[index - 1], readings[index]
        if (
            here.meaning is None
            and before.meaning is not None
            and before.meaning.kind not in ("other", "percent")
        ):
            is_alike = here.number.value >= _LARGE and not _is_year(here.number)
            if is_alike and _are_joined(folded, before, here) and not names_other(folded, here.number):
                readings[index] = _with_meaning_of(here, before, takes_scale=False)
    return readings


def _can_share(folded: str, here: _Reading, behind: _Reading) -> bool:
    """Tell whether the unit behind may count this number too: names have none, and a percentage is small."""
    if behind.meaning is None or behind.meaning.unit == "share" or is_named(folded, here.number):
        return False
    return behind.meaning.kind != "percent" or here.number.value < _LARGE


def _are_joined(folded: str, left: _Reading, right: _Reading) -> bool:
    stop = left.meaning.stop if left.meaning else left.number.stop
    start = right.meaning.start if right.meaning else right.number.start
    between = folded[stop:start]
    if len(between) >= _JOIN_REACH:
        return False
    return _JOIN.fullmatch(between) is not None or (right.is_shared and _COMMA.fullmatch(between) is not None)


def _with_meaning_of(reading: _Reading, other: _Reading, *, takes_scale: bool) -> _Reading:
    """Return `reading` in the unit of `other`, and with its scale where it has none and is the smaller number."""
    number, meaning = reading.number, other.meaning
    if meaning is None:
        return reading
    value = number.value
    if takes_scale and number.scale == 1 and other.number.scale > 1 and number.bare <= other.number.bare:
        value = number.bare * other.number.scale
    shared = replace(meaning, start=number.start, stop=number.stop, plus=Decimal(0))
    return replace(reading, meaning=shared, value=value)


def _guessed(folded: str, reading: _Reading) -> _Reading:
    """Give a large number without a unit the meaning that the words around it leave: a pace, or orders."""
    number = reading.number
    if reading.meaning is not None or number.value < _LARGE or _is_year(number):
        return reading
    meaning = pace_only(folded, number)
    if meaning is None and not names_other(folded, number):
        meaning = vehicles_before(folded, number)
    return replace(reading, meaning=meaning)


def _carried(folded: str, readings: list[_Reading]) -> list[_Reading]:
    """Give a large number without a noun the noun of the vehicles named before it in the same sentence."""
    counted: _Reading | None = None
    for index, here in enumerate(readings):
        if here.meaning is not None:
            counted = here if here.meaning.kind in _VEHICLES else counted
        elif counted is not None and counted.meaning is not None and _is_open(folded, here.number):
            between = folded[counted.meaning.stop : here.number.start]
            if _SENTENCE_END.search(between) is None:
                readings[index] = _with_meaning_of(here, counted, takes_scale=False)
    return readings


def _is_open(folded: str, number: FoundNumber) -> bool:
    """Tell whether a large number stands without a noun, so that it may count what the text last counted."""
    return number.value >= _LARGE and not _is_year(number) and is_bare(folded, number)


def _is_year(number: FoundNumber) -> bool:
    is_plain = not number.is_word and number.scale == 1 and not number.has_groups
    return is_plain and _YEARS[0] <= number.value < _YEARS[1]


def _quantities(readings: list[_Reading]) -> Iterator[_Found]:
    for reading in readings:
        meaning = reading.meaning
        if meaning is None:
            continue
        value = reading.value * meaning.times + meaning.plus
        yield _Found(
            kind=meaning.kind,
            value=plain_form(value),
            number=float(value),
            unit=meaning.unit,
            start=meaning.start,
            stop=meaning.stop,
            evidence=meaning.evidence,
        )
