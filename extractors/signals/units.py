"""What a number counts, by the words around it: money, vehicles, per cent, or another unit."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from extractors.records import FigureKind
from extractors.signals.numbers import FoundNumber
from extractors.signals.wordlists import word_list

#: How far before a number its pace is looked for, in characters.
_BEFORE = 40
#: How far before a number the word stands that makes a name of it ("Model 3").
_NAME_BEFORE = 12
#: Fewer vehicles than this, written in words, are talk and no figure ("two cars").
_LEAST_IN_WORDS = 10
#: Numbers from here on are no model, no rank and no section, and stand for a series: "the 10,000th car".
_LARGE = 1000
#: Words that stand between a number and a noun which the number does not count.
_NO_ADJECTIVES = (
    "of|in|and|for|to|on|by|at|the|a|per|from|with|than|or|as|who|that|which|"  # English
    "von|und|im|am|auf|für|pro|mit|bis|zu|der|die|das|den|dem|als|oder"  # German
)
#: What an English noun is made of behind "car" where it no longer counts cars ("12 car makers").
_NO_NOUN = (
    r"(?![A-Za-z0-9äöüß]|-[A-Za-z]|[ -](?:maker|manufactur|compan|brand|plant|factor|dealer|model|industr|part|group|"
    r"firm|owner|buyer|driver|park|insur|licen|loan|rental|test|seat|batter|show|stock|market|division|unit))"
)
#: An English plural or a German noun behind a number, perhaps with an adjective between.
_OTHER_NOUN = re.compile(
    r"\s(?:[a-zäöüß]+\s)?(?:(?!(?:this|was|has|its|plus|less|minus|as)\s)[a-z]{3,}s(?!\w)|[A-ZÄÖÜ][a-zäöüß]{2,})"
)
_CLAUSE_END = re.compile(r"[.:](?:\s|$)|[;!?。\n]")
_SHARE_BEFORE = re.compile(r"([一二三四五六七八九十两\d]{1,3})分之$")
_HAN_DIGITS = {char: worth for worth, char in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
#: A share is no whole number; so many digits say it.
_SHARE_DIGITS = Decimal("0.0001")


#: What tells the meaning of a number: its unit, a noun of many meanings, or only the words around.
Evidence = Literal["unit", "noun", "guess"]
_UNIT: Evidence = "unit"
_NOUN: Evidence = "noun"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number counts, and the span of number and unit together.

    `times` turns the number into plain units (0.01 for cents), `plus` is added then (5 for 两成半). `evidence` is
    `noun` where only a text about vehicles makes vehicles of the noun (orders, units), `guess` where there is none.
    """

    kind: FigureKind
    unit: str
    start: int
    stop: int
    times: Decimal = Decimal(1)
    plus: Decimal = Decimal(0)
    evidence: Evidence = "unit"


@dataclass(frozen=True, slots=True)
class _Units:
    """The compiled expressions of `lexicons/units.toml`; each named group is a unit, numbered in `names`."""

    money_before: re.Pattern[str]
    money_after: re.Pattern[str]
    hundredth: re.Pattern[str]
    percent: re.Pattern[str]
    tenth: re.Pattern[str]
    percent_before: re.Pattern[str]
    share: re.Pattern[str]
    vehicles: re.Pattern[str]
    one_vehicle: re.Pattern[str]
    generic: re.Pattern[str]
    model: re.Pattern[str]
    context: re.Pattern[str]
    other: re.Pattern[str]
    pace_after: re.Pattern[str]
    pace_before: re.Pattern[str]
    counted_before: re.Pattern[str]
    counted_behind: re.Pattern[str]
    vague: re.Pattern[str]
    vague_scale: re.Pattern[str]
    named: re.Pattern[str]
    bare: re.Pattern[str]
    names: dict[str, str]


def meaning_of(folded: str, number: FoundNumber) -> Meaning | None:
    """Return what `number` counts by the words that touch it, None where they don't say."""
    units = _units()
    if number.is_word and _is_vague(folded, number, units):
        return None
    if is_named(folded, number):
        return None
    return (
        _money(folded, number, units)
        or _percent(folded, number, units)
        or _share(folded, number, units)
        or _other(folded, number, units)
        or _vehicles(folded, number, units)
    )


def is_about_vehicles(*folded: str) -> bool:
    """Tell whether any of the texts speaks of vehicles, so that its units and orders are some."""
    context = _units().context
    return any(context.search(text) is not None for text in folded)


def is_named(folded: str, number: FoundNumber) -> bool:
    """Tell whether the number is part of a name or a place in an order ("Model 3", "Phase 2", "Nr. 4")."""
    if number.scale > 1 or number.value >= _LARGE:
        return False
    return _units().named.search(folded, max(0, number.start - _NAME_BEFORE), number.start) is not None


def pace_only(folded: str, number: FoundNumber) -> Meaning | None:
    """Return the meaning of a number with a pace and no noun ("120,000 a year"), None where there is no pace."""
    units = _units()
    pace = units.pace_after.match(folded, number.stop)
    return _paced(_name(pace, units), number.start, pace.end(), evidence="guess") if pace else None


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
        return Meaning("vehicles", "vehicles", number.start, number.stop, evidence="guess")
    return None


def _is_vague(folded: str, number: FoundNumber, units: _Units) -> bool:
    """Tell whether a word makes a number word say no number: "several thousand", 上百."""
    start = number.start
    if units.vague.search(folded, max(0, start - 12), start):
        return True
    return (
        folded[start] in "十百千万亿"
        and units.vague_scale.search(folded, max(0, start - 1), start) is not None
    )


def _money(folded: str, number: FoundNumber, units: _Units) -> Meaning | None:
    start, stop = number.start, number.stop
    before = units.money_before.search(folded, max(0, start - 10), start)
    behind = units.money_after.match(folded, stop)
    if behind and _is_no_price(number, behind):
        behind = None
    if before:
        return Meaning("money", _name(before, units), before.start(), behind.end() if behind else stop)
    if behind:
        return Meaning("money", _name(behind, units), start, behind.end())
    part = units.hundredth.match(folded, stop)
    if part and not (number.is_word and number.value <= 1):
        return Meaning("money", _name(part, units), start, part.end(), times=Decimal("0.01"))
    return None


def _is_no_price(number: FoundNumber, behind: re.Match[str]) -> bool:
    """Tell a Chinese compound such as 三元 (ternary) from a sum of money."""
    return number.is_word and number.scale == 1 and number.value < _LEAST_IN_WORDS and behind.group() == "元"


def _percent(folded: str, number: FoundNumber, units: _Units) -> Meaning | None:
    start, stop = number.start, number.stop
    behind = units.percent.match(folded, stop)
    if behind:
        return Meaning("percent", "percent", start, behind.end())
    tenth = units.tenth.match(folded, stop)
    if tenth and number.scale == 1 and number.value <= _LEAST_IN_WORDS:
        plus = Decimal(5) if tenth["half"] else Decimal(0)
        return Meaning("percent", "percent", start, tenth.end(), times=Decimal(10), plus=plus)
    before = units.percent_before.search(folded, max(0, start - 14), start)
    return Meaning("percent", "percent", before.start(), stop) if before else None


def _share(folded: str, number: FoundNumber, units: _Units) -> Meaning | None:
    """Return the meaning of a fraction ("two-thirds", 三分之二): `other`, unit `share`, four digits."""
    before = _SHARE_BEFORE.search(folded, max(0, number.start - 6), number.start)
    if before:
        whole = before[1]
        return _divided(
            int(whole) if whole.isdecimal() else _HAN_DIGITS.get(whole, 0), before.start(), number
        )
    behind = units.share.match(folded, number.stop)
    return _divided(int(_name(behind, units)), number.start, number, behind.end()) if behind else None


def _divided(whole: int, start: int, number: FoundNumber, stop: int | None = None) -> Meaning | None:
    if whole == 0 or number.value >= whole:
        return None
    value = (number.value / whole).quantize(_SHARE_DIGITS)
    return Meaning("other", "share", start, stop or number.stop, times=Decimal(0), plus=value)


def _vehicles(folded: str, number: FoundNumber, units: _Units) -> Meaning | None:
    if number.is_word and number.value < _LEAST_IN_WORDS:
        return None
    noun, evidence = units.vehicles.match(folded, number.stop), _UNIT
    if noun is None and number.value >= _LARGE:
        noun = units.one_vehicle.match(folded, number.stop)
    if noun is None:
        noun, evidence = (
            units.generic.match(folded, number.stop) or units.model.match(folded, number.stop),
            _NOUN,
        )
    if noun is None:
        return None
    pace = _pace(folded, number, noun.end(), units)
    if pace:
        return _paced(pace, number.start, noun.end(), evidence=evidence)
    return Meaning("vehicles", "vehicles", number.start, noun.end(), evidence=evidence)


def _paced(pace: str, start: int, stop: int, *, evidence: Evidence) -> Meaning:
    kind: FigureKind = "vehicles_per_year" if pace == "year" else "other"
    return Meaning(kind, f"vehicles_per_{pace}", start, stop, evidence=evidence)


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
    name = _name(unit, units)
    is_decade = name == "s" and not number.is_word and number.value >= _LARGE
    return None if is_decade else Meaning("other", name, number.start, unit.end())


def _name(match: re.Match[str], units: _Units) -> str:
    return units.names[match.lastgroup or ""]


#: What may stand between a number and its unit: a Han "odd", a blank or hyphen.
_HAN_LINK, _LINK = "[多余来几]?", r"(?:[\s-]{0,2})"
#: Adjectives and names between a number and the vehicles it counts: "neue elektrische", "Tesla", "Model Y".
_BETWEEN = (
    rf"(?:[\s-](?!(?:{_NO_ADJECTIVES})[\s-])(?-i:[a-zäöü][a-zäöüß]{{0,22}}[a-rt-zäöüß]|[a-zäöüß]{{2,22}}[eo]us|[a-zäöüß]+es))"
    r"{0,2}(?:[\s-]of (?:the|its|these|those|their))?"
    r"(?:[\s-](?-i:[A-ZÄÖÜ][A-Za-zäöüß]+(?:[ -](?:[A-Z]{1,3}\d{0,2}|\d))?|[A-Z]{1,4}\d{1,3}))?"
)


@cache
def _units() -> _Units:
    table, names = word_list("units"), dict[str, str]()
    return _Units(**_measures(table, names), **_vehicle_words(table), **_around(table, names), names=names)


def _measures(table: Mapping[str, Any], names: dict[str, str]) -> dict[str, re.Pattern[str]]:
    link, end = _HAN_LINK + _LINK, r"(?![a-zäöüß]{2})"
    money, percent = table["money"], table["percent"]
    return {
        "money_before": _compiled(rf"(?<![A-Za-z])(?:{_groups(money['before'], names)})\s?$"),
        "money_after": _compiled(rf"{link}(?:{_groups(money['after'], names)}){end}"),
        "hundredth": _compiled(rf"{link}(?:{_groups(money['hundredth'], names)}){end}"),
        "percent": _compiled(rf"{_LINK}(?:{_any(percent['after'])})"),
        "tenth": _compiled(rf"[多来]?{percent['tenth']}"),
        "percent_before": _compiled(rf"(?:{_any(percent['before'])})$"),
        "share": _compiled(rf"{_LINK}(?:{_groups(table['share'], names)})"),
        "other": _compiled(rf"{link}(?:{_groups(table['other'], names)})(?![a-zäöüß])"),
    }


def _vehicle_words(table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    words = table["vehicles"]
    sure = _any(word for language in ("en", "de", "zh") for word in words[language])
    lead = rf"\.?{_HAN_LINK}{_BETWEEN}{_LINK}"
    return {
        "vehicles": _compiled(rf"{lead}(?:{sure}){_NO_NOUN}"),
        "one_vehicle": _compiled(rf"{lead}(?:{_any(words['one'])}){_NO_NOUN}"),
        "generic": _compiled(rf"{lead}(?:{_any(words['generic'])})(?![a-zäöüß])"),
        "model": re.compile(r"\.?\s(?:[A-Z][a-z]+\s)?[A-Z]{1,4}-?\d{1,3}(?:\s(?:Max|Pro|Ultra))?s?(?!\w)"),
        "context": _compiled(_any(words["context"])),
        "counted_before": _compiled(
            rf"(?:{_any(word for many in words['before'].values() for word in many)})"
        ),
        "counted_behind": _compiled(
            rf"\s(?:{_any(word for many in words['behind'].values() for word in many)})"
        ),
    }


def _around(table: Mapping[str, Any], names: dict[str, str]) -> dict[str, re.Pattern[str]]:
    pace, vague = table["pace"], table["vague"]
    return {
        "pace_after": _compiled(rf"[^.;!?。\n]{{0,14}}?(?<!\w)(?:{_groups(pace['after'], names)})(?![a-z])"),
        "pace_before": _compiled(_groups(pace["before"], names)),
        "vague": _compiled(rf"(?:{_any(vague['before'])})\s?$"),
        "vague_scale": _compiled(rf"(?:{_any(vague['scale'])})$"),
        "named": re.compile(rf"(?<!\w)(?:{_any(table['named']['before'])})[\s-]?$"),
        "bare": _compiled(rf"\s*(?:$|[.,;:)!?]|(?:{_any(table['bare']['behind'])})(?!\w))"),
    }


def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _any(sources: Iterable[str]) -> str:
    return "|".join(sources)


def _groups(units: Mapping[str, list[str]], names: dict[str, str]) -> str:
    """Return one expression with a named group a unit, and note in `names` which unit a group stands for."""
    parts = []
    for unit, spellings in units.items():
        group = f"u{len(names)}"
        names[group] = unit
        parts.append(f"(?P<{group}>{'|'.join(spellings)})")
    return "|".join(parts)
