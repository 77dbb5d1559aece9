"""What a number counts, by the words around it: money, vehicles, per cent, or another unit."""

import re
from dataclasses import dataclass
from functools import cache

from extractors.records import FigureKind
from extractors.signals.numbers import FoundNumber
from extractors.signals.wordlists import word_list

#: How far before a number its pace is looked for, in characters.
_BEFORE = 40
#: Fewer vehicles than this, written in words, are talk and no figure ("two cars").
_LEAST_IN_WORDS = 10
#: Words that stand between a number and a noun which the number does not count.
_NO_ADJECTIVES = (
    "of|in|and|for|to|on|by|at|the|a|per|from|with|than|"  # English
    "von|und|im|am|auf|für|pro|mit|bis|zu|der|die|das|den|dem|als"  # German
)
#: An English plural or a German noun behind a number, perhaps with an adjective between.
_OTHER_NOUN = re.compile(
    r"\s(?:[a-zäöüß]+\s)?(?:(?!(?:this|was|has|its|plus|less|minus|as)\s)[a-z]{3,}s(?!\w)|[A-ZÄÖÜ][a-zäöüß]{2,})"
)
_CLAUSE_END = re.compile(r"[.:](?:\s|$)|[;!?。\n]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number counts, and the span of number and unit together."""

    kind: FigureKind
    unit: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Units:
    """The compiled expressions of `lexicons/units.toml`; each named group is a unit, numbered in `names`."""

    money_before: re.Pattern[str]
    money_after: re.Pattern[str]
    percent: re.Pattern[str]
    percent_before: re.Pattern[str]
    vehicles: re.Pattern[str]
    model: re.Pattern[str]
    other: re.Pattern[str]
    pace_after: re.Pattern[str]
    pace_before: re.Pattern[str]
    counted_before: re.Pattern[str]
    counted_behind: re.Pattern[str]
    vague: re.Pattern[str]
    bare: re.Pattern[str]
    names: dict[str, str]


def meaning_of(folded: str, number: FoundNumber) -> Meaning | None:
    """Return what `number` counts by the words that touch it, None where they don't say."""
    units = _units()
    start, stop = number.start, number.stop
    if number.is_word and units.vague.search(folded, max(0, start - 12), start):
        return None
    money = units.money_before.search(folded, max(0, start - 5), start)
    if money:
        return Meaning("money", _name(money, units), money.start(), stop)
    behind = units.money_after.match(folded, stop)
    if behind and not _is_no_price(number, behind):
        return Meaning("money", _name(behind, units), start, behind.end())
    behind = units.percent.match(folded, stop)
    if behind:
        return Meaning("percent", "percent", start, behind.end())
    before = units.percent_before.search(folded, max(0, start - 4), start)
    if before:
        return Meaning("percent", "percent", before.start(), stop)
    return _vehicles(folded, number, units) or _other(folded, number, units)


def pace_only(folded: str, number: FoundNumber) -> Meaning | None:
    """Return the meaning of a number with a pace and no noun ("120,000 a year"), None where there is no pace."""
    units = _units()
    pace = units.pace_after.match(folded, number.stop)
    return _paced(_name(pace, units), number.start, pace.end()) if pace else None


def is_bare(folded: str, number: FoundNumber) -> bool:
    """Tell whether no noun follows the number: its sentence ends, or goes on with a comma or a time."""
    return _units().bare.match(folded, number.stop) is not None


def names_other(folded: str, number: FoundNumber) -> bool:
    """Tell whether a noun follows the number that no list knows ("2,500 robots"), so that it counts that."""
    return _OTHER_NOUN.match(folded, number.stop) is not None


def vehicles_before(folded: str, number: FoundNumber) -> Meaning | None:
    """Return `vehicles` where the words before a bare number say that it counts them ("orders reached 88,898")."""
    units = _units()
    clause = _clause_before(folded, number.start)
    behind = units.counted_behind.match(folded, number.stop)
    if behind or units.counted_before.search(clause):
        return Meaning("vehicles", "vehicles", number.start, number.stop)
    return None


def _is_no_price(number: FoundNumber, behind: re.Match[str]) -> bool:
    """Tell a Chinese compound such as 三元 (ternary) from a sum of money."""
    return number.is_word and number.scale == 1 and number.value < _LEAST_IN_WORDS and behind.group() == "元"


def _vehicles(folded: str, number: FoundNumber, units: _Units) -> Meaning | None:
    noun = units.vehicles.match(folded, number.stop) or units.model.match(folded, number.stop)
    if noun is None or (number.is_word and number.value < _LEAST_IN_WORDS):
        return None
    pace = _pace(folded, number, noun.end(), units)
    return (
        _paced(pace, number.start, noun.end())
        if pace
        else Meaning("vehicles", "vehicles", number.start, noun.end())
    )


def _paced(pace: str, start: int, stop: int) -> Meaning:
    if pace == "year":
        return Meaning("vehicles_per_year", "vehicles_per_year", start, stop)
    return Meaning("other", f"vehicles_per_{pace}", start, stop)


def _pace(folded: str, number: FoundNumber, noun_stop: int, units: _Units) -> str | None:
    """Return in which space of time so many vehicles are made, None where it is a mere count."""
    behind = units.pace_after.match(folded, noun_stop)
    if behind:
        return _name(behind, units)
    before = list(units.pace_before.finditer(_clause_before(folded, number.start)))
    return _name(before[-1], units) if before else None


def _clause_before(folded: str, start: int) -> str:
    clause = folded[max(0, start - _BEFORE) : start]
    ends = list(_CLAUSE_END.finditer(clause))
    return clause[ends[-1].end() :] if ends else clause


def _other(folded: str, number: FoundNumber, units: _Units) -> Meaning | None:
    unit = units.other.match(folded, number.stop)
    if unit is None or (number.is_word and number.value <= 1):
        return None
    return Meaning("other", _name(unit, units), number.start, unit.end())


def _name(match: re.Match[str], units: _Units) -> str:
    return units.names[match.lastgroup or ""]


@cache
def _units() -> _Units:
    table = word_list("units")
    names: dict[str, str] = {}
    vehicles = [word for language in ("en", "de", "zh") for word in table["vehicles"][language]]
    counted = [word for words in table["vehicles"]["before"].values() for word in words]
    behind = [word for words in table["vehicles"]["behind"].values() for word in words]
    adjectives = rf"(?:[\s-](?!(?:{_NO_ADJECTIVES})[\s-])[a-zäöüß-]{{2,24}}){{0,2}}(?:[\s-]of (?:the|its|these|those))?"
    link, han_link = r"(?:[\s-]{0,2})", "[多余来几]?"
    kinds = re.IGNORECASE
    return _Units(
        money_before=re.compile(rf"(?<![A-Za-z])(?:{_groups(table['money']['before'], names)})\s?$", kinds),
        money_after=re.compile(
            rf"{han_link}{link}(?:{_groups(table['money']['after'], names)})(?![a-z]{{2}})", kinds
        ),
        percent=re.compile(rf"{link}(?:{'|'.join(table['percent']['after'])})", kinds),
        percent_before=re.compile(r"百分之$"),
        vehicles=re.compile(rf"\.?{han_link}{adjectives}{link}(?:{'|'.join(vehicles)})(?![a-zäöüß])", kinds),
        model=re.compile(r"\.?\s(?:[A-Z][a-z]+\s)?[A-Z]{1,4}-?\d{1,3}(?:\s(?:Max|Pro|Ultra))?s?(?!\w)"),
        other=re.compile(rf"{han_link}{link}(?:{_groups(table['other'], names)})(?![a-zäöüß])", kinds),
        pace_after=re.compile(
            rf"[^.;!?。\n]{{0,14}}?(?<!\w)(?:{_groups(table['pace']['after'], names)})(?![a-z])", kinds
        ),
        pace_before=re.compile(_groups(table["pace"]["before"], names), kinds),
        counted_before=re.compile(rf"(?:{'|'.join(counted)})", kinds),
        counted_behind=re.compile(rf"\s(?:{'|'.join(behind)})", kinds),
        vague=re.compile(rf"(?:{'|'.join(table['vague']['before'])})\s?$", kinds),
        bare=re.compile(rf"\s*(?:$|[.,;:)!?]|(?:{'|'.join(table['bare']['behind'])})(?!\w))", kinds),
        names=names,
    )


def _groups(units: dict[str, list[str]], names: dict[str, str]) -> str:
    """Return one expression with a named group a unit, and note in `names` which unit a group stands for."""
    parts = []
    for unit, spellings in units.items():
        group = f"u{len(names)}"
        names[group] = unit
        parts.append(f"(?P<{group}>{'|'.join(spellings)})")
    return "|".join(parts)
