"""Nothing but the evidence: every name and number of a message is looked for in what it rests on. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from extractors.records import Figure
from extractors.signals.numbers import find_numbers
from extractors.signals.scripts import fold, is_han

#: Digits that are no number of their own, with the letters that they hang on: `su7`, `2024-h1`.
_DIGITS = re.compile(r"[A-Za-z]*\d+(?:[.,-]?[A-Za-z\d]+)*")
#: What stands right before a number and says what it counts, and what stands behind it.
_CURRENCY = re.compile(r"(?<![A-Za-z])([A-Z]{3}) ?$")
_PERCENT = re.compile(r" ?%")
#: Large figures are shown with six digits.
_ROUNDED = Decimal("0.000005")
_LANGUAGES = ("en", "de", "zh")
#: A text of fewer letters is no quotation, for it could be a number.
_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text that a message may quote; `language` is that of its numbers, None where any may be meant."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a message rests on: `passages` of articles and facts, `figures`, and `names` of entities found in them.

    `known_names` are all those that could stand in a message.
    """

    passages: tuple[Passage, ...]
    figures: tuple[Figure, ...] = ()
    names: frozenset[str] = frozenset()
    known_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as written and in value (None for digits that are none), and what it counts: a currency, `percent`."""

    surface: str
    value: Decimal | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The texts, folded; the numbers in them, as written and in value; and the figures, each with its unit."""

    texts: tuple[str, ...]
    surfaces: frozenset[str]
    values: frozenset[Decimal]
    figures: tuple[tuple[Decimal, str], ...]

    def bears(self, number: _Number) -> bool:
        """Tell whether the number is in it, and counts the same where a figure of that value is known."""
        units = {unit for value, unit in self.figures if _is_about(number.value, value)}
        if units:
            return number.unit is None or number.unit in units
        return number.surface in self.surfaces or any(_is_about(number.value, one) for one in self.values)


def unproven(text: str, ground: Ground, language: str) -> tuple[str, ...]:
    """Return the names and numbers of `text`, written in `language`, that the evidence does not have.

    What stands in it word for word is proven as it is, whatever its language.
    """
    evidence = _read(ground)
    folded = _without_quotations(fold(text), evidence.texts)
    folded = _without(folded, sorted(map(fold, ground.names), key=len, reverse=True))
    numbers = (one.surface for one in _numbers(folded, language) if not evidence.bears(one))
    names = (
        name
        for name in ground.known_names - ground.names
        if _is_named(fold(name), (folded,)) and not _is_named(fold(name), evidence.texts)
    )
    return tuple(dict.fromkeys((*numbers, *sorted(names))))


@lru_cache(maxsize=16)
def _read(ground: Ground) -> _Evidence:
    """Return what there is to be found: a message is held against it part by part."""
    dates = (Passage(text=one.value) for one in ground.figures if one.number is None)
    passages = [(fold(one.text), one.language) for one in (*ground.passages, *dates)]
    numbers = [
        number
        for text, language in passages
        for grammar in ((language,) if language in _LANGUAGES else _LANGUAGES)
        for number in _numbers(text, grammar, in_words=True)
    ]
    figures = ((_decimal(one.value), one) for one in ground.figures if one.number is not None)
    return _Evidence(
        texts=tuple(sorted({text for text, _ in passages}, key=len, reverse=True)),
        surfaces=frozenset(number.surface for number in numbers),
        values=frozenset(number.value for number in numbers if number.value is not None),
        figures=tuple((value, _unit(one)) for value, one in figures if value is not None),
    )


def _unit(figure: Figure) -> str:
    return "percent" if figure.kind == "percent" else figure.unit


def _without_quotations(folded: str, texts: Iterable[str]) -> str:
    """Return the text without what is quoted in it, whole texts as they stand."""
    for text in texts:
        if text in folded and sum(map(str.isalpha, text)) >= _LETTERS:
            before = "" if is_han(text[0]) else r"(?<!\w)"
            behind = "" if is_han(text[-1]) else r"(?!\w)"
            folded = re.sub(f"{before}{re.escape(text)}{behind}", " \N{WHITE SQUARE} ", folded)
    return folded


def _without(folded: str, names: Iterable[str]) -> str:
    """Return the text without names that are proven: one may hold another one, or a number."""
    for name in names:
        folded = _whole(name).sub(" \N{WHITE SQUARE} ", folded) if name else folded
    return folded


def _numbers(folded: str, language: str, *, in_words: bool = False) -> Iterator[_Number]:
    """Yield the numbers in digits, and those `in_words` where they are asked for."""
    covered: set[int] = set()
    for found in find_numbers(folded, language):
        surface = folded[found.start : found.stop]
        if in_words or any(map(str.isdigit, surface)):
            covered.update(range(found.start, found.stop))
            yield _Number(surface, found.value, _counted(folded, found.start, found.stop))
    for match in _DIGITS.finditer(folded):
        if covered.isdisjoint(range(match.start(), match.end())):
            yield _Number(match[0].lower(), _decimal(match[0]), None)


def _counted(folded: str, start: int, stop: int) -> str | None:
    if match := _CURRENCY.search(folded, 0, start):
        return match[1]
    return "percent" if _PERCENT.match(folded, stop) else None


def _is_about(value: Decimal | None, other: Decimal) -> bool:
    return value is not None and abs(value - other) <= abs(other) * _ROUNDED


def _is_named(name: str, texts: Iterable[str]) -> bool:
    return any(_whole(name).search(text) for text in texts)


@cache
def _whole(name: str) -> re.Pattern[str]:
    """Return what finds `name`, as whole words where it is written in letters."""
    escaped = re.escape(name)
    bounded = escaped if any(map(is_han, name)) else rf"(?<!\w){escaped}(?!\w)"
    return re.compile(bounded, re.IGNORECASE)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
