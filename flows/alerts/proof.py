"""Nothing but the evidence: every name and number of a message is looked for in what it rests on. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from extractors.records import Figure
from extractors.signals.numbers import find_numbers
from extractors.signals.scripts import fold, is_han

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
#: Large figures are shown with six digits.
_ROUNDED = Decimal("0.000005")
_LANGUAGES = ("en", "de", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a message rests on: `texts` of articles and facts, `figures`, and `names` of entities found in them.

    `known_names` are all those that could stand in a message.
    """

    texts: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    names: frozenset[str] = frozenset()
    known_names: frozenset[str] = frozenset()


def unproven(text: str, ground: Ground, language: str) -> tuple[str, ...]:
    """Return the names and numbers of `text`, written in `language`, that the evidence does not have."""
    folded = _without(fold(text), sorted(map(fold, ground.names), key=len, reverse=True))
    evidence, values = _read(ground)
    numbers = (
        surface
        for surface, value in _numbers(folded, language)
        if not _occurs(surface, evidence) and not any(_is_about(value, one) for one in values)
    )
    names = (
        name
        for name in ground.known_names - ground.names
        if _is_named(fold(name), (folded,)) and not _is_named(fold(name), evidence)
    )
    return tuple(dict.fromkeys((*numbers, *sorted(names))))


@lru_cache(maxsize=16)
def _read(ground: Ground) -> tuple[tuple[str, ...], frozenset[Decimal]]:
    """Return the texts of the evidence, folded, and the numbers in it: a message is held against it part by part."""
    texts = tuple(fold(one) for one in (*ground.texts, *(one.value for one in ground.figures)))
    return texts, frozenset(_values(ground.figures, texts))


def _without(folded: str, names: Iterable[str]) -> str:
    """Return the text without names that are proven: one may hold another one, or a number."""
    for name in names:
        folded = _whole(name).sub(" \N{WHITE SQUARE} ", folded) if name else folded
    return folded


def _numbers(folded: str, language: str) -> Iterator[tuple[str, Decimal | None]]:
    """Yield the numbers in digits, as written and in value; None for digits that are no number of the language."""
    covered: set[int] = set()
    for found in find_numbers(folded, language):
        if any(char.isdigit() for char in folded[found.start : found.stop]):
            covered.update(range(found.start, found.stop))
            yield folded[found.start : found.stop], found.value
    for match in _DIGITS.finditer(folded):
        if match.start() not in covered:
            yield match[0], _decimal(match[0])


def _values(figures: Iterable[Figure], evidence: Iterable[str]) -> Iterator[Decimal]:
    for figure in figures:
        if figure.number is not None and (value := _decimal(figure.value)) is not None:
            yield value
    for text in evidence:
        for language in _LANGUAGES:
            for found in find_numbers(text, language):
                yield found.value


def _is_about(value: Decimal | None, other: Decimal) -> bool:
    return value is not None and abs(value - other) <= abs(other) * _ROUNDED


def _occurs(surface: str, texts: Iterable[str]) -> bool:
    whole = re.compile(rf"(?<!\d){re.escape(surface)}(?!\d)")
    return any(whole.search(text) for text in texts)


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
