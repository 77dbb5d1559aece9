"""Numbers of a text: digits in the grammar of the language, number words, and scales (bn, Mio., 万, 亿)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from extractors.signals.wordlists import word_list

_GROUPED = 3
#: From here on digits stand in groups, and an ordinal counts ("the 10,000th car"); smaller ones are days and ranks.
_THOUSAND = 1000
#: Han scales from here on close a section: 三千万 is three thousand times ten thousand.
_HAN_SECTION = 10_000
#: A longer run of number characters is no number; the bound keeps values small enough to be written out.
_LONGEST_HAN = 20


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number and its place. `bare` is it without its scale word, `scale` that word's worth (1 where none).

    `is_word` tells that it is written in words; `has_groups` that its digits are in groups of three.
    """

    value: Decimal
    start: int
    stop: int
    bare: Decimal
    scale: Decimal
    is_word: bool
    has_groups: bool


@dataclass(frozen=True, slots=True)
class _Grammar:
    regex: re.Pattern[str]
    words: dict[str, Decimal]
    scales: dict[str, Decimal]
    decimal: str
    thousands: str
    is_han: bool


def find_numbers(folded: str, language: str | None) -> list[FoundNumber]:
    """Return the numbers in `folded` (see `scripts.fold`) in order; an unknown language is read as English."""
    grammar = _grammar(language if language in word_list("numbers") else "en")
    found = (_read(match, grammar) for match in grammar.regex.finditer(folded))
    return [number for number in found if number is not None]


def plain_form(value: Decimal) -> str:
    """Return `value` without exponent and without zeros that say nothing: `10000000000`, `77.4`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read(match: re.Match[str], grammar: _Grammar) -> FoundNumber | None:
    digits, words, scales = match["digits"], match["words"], match["scales"] or ""
    if digits is not None:
        bare = _from_digits(digits, grammar)
    elif grammar.is_han:
        if len(words) > _LONGEST_HAN:
            return None
        bare = _from_han(words, grammar)
    else:
        bare = grammar.words.get(" ".join(words.lower().split()), Decimal(1))
    scale = _scale(scales, grammar)
    if "ordinal" in match.groupdict() and match["ordinal"] and bare < _THOUSAND:
        return None
    return FoundNumber(
        value=bare * scale,
        start=match.start(),
        stop=match.end(),
        bare=bare,
        scale=scale,
        is_word=digits is None,
        has_groups=digits is not None and not digits.isdigit() and bare >= _THOUSAND,
    )


def _from_digits(digits: str, grammar: _Grammar) -> Decimal:
    """Read digits; a lone separator of the other grammar is taken by what follows it (three digits: thousands)."""
    decimal, thousands = grammar.decimal, grammar.thousands
    digits = digits.replace("'", thousands)
    head, _, tail = digits.rpartition(thousands)
    if head and decimal not in digits and len(tail) != _GROUPED:
        return Decimal(digits.replace(thousands, ".") if digits.count(thousands) == 1 else head + tail)
    return Decimal(digits.replace(thousands, "").replace(decimal, "."))


def _from_han(words: str, grammar: _Grammar) -> Decimal:
    """Read a number in Han characters: 一千三百万 is thirteen million."""
    total, section, digit = Decimal(0), Decimal(0), Decimal(0)
    for char in words:
        scale = grammar.scales.get(char)
        if scale is None:
            digit = grammar.words[char]
        elif scale < _HAN_SECTION:
            section += (digit or Decimal(1)) * scale
            digit = Decimal(0)
        else:
            total = (total + section + digit or Decimal(1)) * scale
            section = digit = Decimal(0)
    return total + section + digit


def _scale(scales: str, grammar: _Grammar) -> Decimal:
    scale = Decimal(1)
    parts = scales if grammar.is_han else re.split(r"[\s-]+", scales.lower().strip())
    for part in parts:
        if part:
            scale *= _scale_word(part, grammar)
    return scale


def _scale_word(part: str, grammar: _Grammar) -> Decimal:
    """Return the worth of one scale, also of two written as one word ("hunderttausend")."""
    if part in grammar.scales:
        return grammar.scales[part]
    for first, worth in grammar.scales.items():
        if part.startswith(first) and part[len(first) :] in grammar.scales:
            return worth * grammar.scales[part[len(first) :]]
    return Decimal(1)


@cache
def _grammar(language: str) -> _Grammar:
    table = word_list("numbers")[language]
    words = {word: Decimal(worth) for word, worth in table["words"].items()}
    scales = {word: Decimal(worth) for word, worth in table["scales"].items()}
    is_han = language == "zh"
    source = _han_source(words, scales) if is_han else _latin_source(words, scales, table["thousands"])
    return _Grammar(
        regex=re.compile(source, re.IGNORECASE),
        words=words,
        scales=scales,
        decimal=table["decimal"],
        thousands=table["thousands"],
        is_han=is_han,
    )


def _digits_source(thousands: str) -> str:
    decimal = "." if thousands == "," else ","
    groups = rf"\d{{1,3}}(?:[{thousands}']\d{{3}})+(?:{re.escape(decimal)}\d+)?(?!\d)"
    return rf"(?P<digits>{groups}|\d{{1,18}}(?:[.,]\d{{1,9}})?(?!\d))"


#: A number begins no word and continues no other number; currency codes may touch it ("RMB10bn").
_BEGIN = r"(?:(?<![A-Za-zÀ-ɏ\d_])|(?<=RMB)|(?<=CNY)|(?<=USD)|(?<=EUR))(?<!\d[.,])(?<![A-Za-z]-)"


def _latin_source(words: dict[str, Decimal], scales: dict[str, Decimal], thousands: str) -> str:
    """Return the expression for digits or words with scales; one-letter scales only right behind digits."""
    long_scales = _alternatives(word for word in scales if len(word.rstrip(".")) > 1)
    short_scales = _alternatives(word for word in scales if len(word.rstrip(".")) == 1)
    attached = rf"(?:{short_scales})(?!\w)|" if short_scales else ""
    tail = rf"(?P<scales>(?:{attached}(?:[\s-]?(?:{long_scales})){{1,3}}(?!\w)))"
    counts = _alternatives(word for word, worth in words.items() if worth > 1)
    needing = _alternatives(word for word, worth in words.items() if worth <= 1)
    scaled = rf"(?:{needing})(?=[\s-]?(?:{long_scales}))"
    word = rf"(?P<words>(?<!\w)(?:{scaled}|(?:{counts})(?=[\s-]|{long_scales})))"
    first = "".join(sorted({word[0] for word in words}))
    return rf"(?=[\d{first}])(?:{_BEGIN}{_digits_source(thousands)}(?P<ordinal>(?:st|nd|rd|th)\b)?|{word}){tail}?"


def _han_source(words: dict[str, Decimal], scales: dict[str, Decimal]) -> str:
    han = "".join([*words, *scales])
    tail = rf"[多余来]?(?P<scales>\s?[{''.join(scales)}]{{1,4}})"
    return rf"(?:{_BEGIN}{_digits_source(',')}|(?P<words>(?<![{han}第])[{han}]+))(?:{tail})?"


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))
