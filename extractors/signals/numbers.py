"""Numbers of a text: digits in the grammar of the language, number words, and scales (bn, Mio., 万, 亿)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise

from extractors.signals.wordlists import word_list

_GROUPED = 3
_HUNDRED, _THOUSAND = 100, 1000
#: Han scales from here on close a section: 三千万 is three thousand times ten thousand.
_HAN_SECTION = 10_000
#: A longer run of number characters is no number; the bound keeps values small enough to be written out.
_LONGEST_HAN = 20
#: So many Han digits without a scale are read one by one, as in 二〇二四.
_DIGIT_BY_DIGIT = 3


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
    """How one language writes numbers. `tokens` cuts a number in words into its parts; None for Han."""

    regex: re.Pattern[str]
    words: dict[str, Decimal]
    scales: dict[str, Decimal]
    decimal: str
    thousands: str
    tokens: re.Pattern[str] | None
    heads: re.Pattern[str] | None


def find_numbers(folded: str, language: str | None) -> list[FoundNumber]:
    """Return the numbers in `folded` (see `scripts.fold`) in order; an unknown language is read as English.

    Left out: ordinals below a thousand, a one that only is an article, and counts that name two digits for
    about so many (三四万).
    """
    grammar = _grammar(language if language in ("en", "de", "zh") else "en")
    read = _read_han if grammar.tokens is None else _read_latin
    found = (read(match, grammar) for match in grammar.regex.finditer(folded))
    return [number for number in found if number is not None]


def plain_form(value: Decimal) -> str:
    """Return `value` without exponent and without zeros that say nothing: `10000000000`, `77.4`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(match: re.Match[str], bare: Decimal, scale: Decimal) -> FoundNumber:
    digits = match["digits"]
    return FoundNumber(
        value=bare * scale,
        start=match.start(),
        stop=match.end(),
        bare=bare,
        scale=scale,
        is_word=digits is None,
        has_groups=digits is not None and not digits.isdigit() and bare >= _THOUSAND,
    )


def _read_latin(match: re.Match[str], grammar: _Grammar) -> FoundNumber | None:
    digits = match["digits"]
    scale = _scale(match["scales"] or "", grammar)
    if digits is not None:
        bare = _from_digits(digits, grammar)
        if match["ordinal"] and bare < _THOUSAND:
            return None
        return _number(match, bare, scale)
    words = " ".join(match["words"].lower().split())
    bare = _from_words(words, grammar)
    if bare <= 1 and scale == 1 and not _is_head(match, grammar):
        return None
    if scale == 1:
        scale = next(
            (Decimal(worth) for worth in (_HUNDRED, _THOUSAND) if _ends_in(words, worth, grammar)), scale
        )
        bare /= scale
    return _number(match, bare, scale)


def _is_head(match: re.Match[str], grammar: _Grammar) -> bool:
    text, stop = match.string, match.end()
    return grammar.heads is not None and grammar.heads.match(text, stop) is not None


def _ends_in(words: str, worth: int, grammar: _Grammar) -> bool:
    """Tell whether the last part of a number in words is one of `worth`, so that it is the number's scale."""
    tokens = grammar.tokens.findall(words) if grammar.tokens and words not in grammar.words else []
    return len(tokens) > 1 and grammar.words[tokens[-1]] == worth


def _read_han(match: re.Match[str], grammar: _Grammar) -> FoundNumber | None:
    digits, words, more = match["digits"], match["words"], match["more"]
    scale = Decimal(1)
    for char in (match["scales"] or "").strip():
        scale *= grammar.scales[char]
    if digits is not None:
        bare = _from_digits(digits, grammar)
    elif len(words) > _LONGEST_HAN or _is_about(words, grammar):
        return None
    else:
        bare = _from_han(words, grammar)
    if match["rank"] and bare * scale < _THOUSAND:
        return None
    if more:
        bare += _from_more(more, scale, grammar) / scale
    return _number(match, bare, scale)


def _from_more(more: str, scale: Decimal, grammar: _Grammar) -> Decimal:
    """Read what follows a first scale: 2000万 in 1亿2000万. Nothing where it is no smaller than that scale."""
    worth = grammar.scales.get(more[-1], Decimal(1))
    rest = Decimal(more[:-1] if more[-1] in grammar.scales else more) * worth
    return rest if rest < scale else Decimal(0)


def _from_digits(digits: str, grammar: _Grammar) -> Decimal:
    """Read digits; a lone separator of the other grammar is taken by what follows it (three digits: thousands)."""
    decimal, thousands = grammar.decimal, grammar.thousands
    if "'" in digits or " " in digits:
        return Decimal(digits.replace("'", "").replace(" ", "").replace(",", "."))
    head, _, tail = digits.rpartition(thousands)
    if head and decimal not in digits and len(tail) != _GROUPED:
        return Decimal(digits.replace(thousands, ".") if digits.count(thousands) == 1 else head + tail)
    return Decimal(digits.replace(thousands, "").replace(decimal, "."))


def _from_words(words: str, grammar: _Grammar) -> Decimal:
    """Read a number in words: as a whole where it stands in the list, else part by part."""
    if words in grammar.words or grammar.tokens is None:
        return grammar.words.get(words, Decimal(1))
    total = section = Decimal(0)
    for token in grammar.tokens.findall(words):
        worth = grammar.words[token]
        if worth == _THOUSAND:
            total, section = total + (section or 1) * worth, Decimal(0)
        else:
            section = (section or 1) * worth if worth == _HUNDRED else section + worth
    return total + section


def _from_han(words: str, grammar: _Grammar) -> Decimal:
    """Read a number in Han characters: 一千三百万 is thirteen million; without any scale, digit by digit."""
    if len(words) >= _DIGIT_BY_DIGIT and not any(char in grammar.scales for char in words):
        return Decimal("".join(str(grammar.words[char].to_integral_value()) for char in words))
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


def _is_about(words: str, grammar: _Grammar) -> bool:
    """Tell whether two digits stand side by side for "about so many" (三四万), which is no number."""
    plain = [grammar.words.get(char, Decimal(0)) >= 1 for char in words]
    has_scale = any(char in grammar.scales for char in words)
    pairs = any(left and right for left, right in pairwise(plain))
    return pairs and (has_scale or len(words) < _DIGIT_BY_DIGIT)


def _scale(scales: str, grammar: _Grammar) -> Decimal:
    scale = Decimal(1)
    for part in re.split(r"[\s-]+", scales.lower().strip()):
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
    worths = {name: _worths(table.get(name, {})) for name in ("starts", "parts", "words", "scales")}
    is_han = language == "zh"
    tokens = None if is_han else re.compile(_alternatives(worths["parts"]))
    source = _han_source(worths) if is_han else _latin_source(worths, table)
    heads = table.get("heads")
    return _Grammar(
        regex=re.compile(source, re.IGNORECASE),
        words=worths["parts"] | worths["starts"] | worths["words"],
        scales=worths["scales"],
        decimal=table["decimal"],
        thousands=table["thousands"],
        tokens=tokens,
        heads=re.compile(rf"[\s-]?(?:{'|'.join(heads)})", re.IGNORECASE) if heads else None,
    )


def _worths(table: dict[str, str]) -> dict[str, Decimal]:
    return {word: Decimal(worth) for word, worth in table.items()}


def _digits_source(thousands: str) -> str:
    decimal = "." if thousands == "," else ","
    names = "".join(f"(?<!{re.escape(name)})" for name in word_list("numbers")["names"]["before"])
    groups = rf"\d{{1,3}}(?:[{thousands}]\d{{3}})+(?:{re.escape(decimal)}\d+)?(?!\d)"
    marked = r"\d{1,3}(?:'\d{3})+(?:[.,]\d{1,2})?(?!\d)"
    spaced = rf"{names}[1-9]\d{{0,2}}(?: \d{{3}})+(?:[.,]\d{{1,2}})?(?![\d/-]|[.,]\d)"
    return rf"(?P<digits>{groups}|{marked}|{spaced}|\d{{1,18}}(?:[.,]\d{{1,9}})?(?!\d))"


#: A number begins no word and continues no other number; currency codes may touch it ("RMB10bn").
_CODES = ("RMB", "CNY", "USD", "EUR", "GBP", "CHF", "HKD", "JPY", "SEK", "NOK", "DKK", "INR", "KRW", "Rs")
_BEGIN = (
    rf"(?:(?<![A-Za-zÀ-ɏ\d_])|{'|'.join(f'(?<={code})' for code in _CODES)})"
    r"(?<!\d[.,:])(?<![A-Za-z]-)(?<!§ )(?<!§)"
)


def _latin_source(worths: dict[str, dict[str, Decimal]], table: dict[str, str]) -> str:
    """Return the expression for digits or words with scales; one-letter scales only right behind digits."""
    scales = worths["scales"]
    long_scales = _alternatives(word for word in scales if len(word.rstrip(".")) > 1)
    short_scales = _alternatives(word for word in scales if len(word.rstrip(".")) == 1)
    tail = rf"(?P<scales>(?:(?:{short_scales})(?!\w)|(?:[\s-]?(?:{long_scales})){{1,3}}(?!\w)))"
    behind = rf"[\s-]?(?:{long_scales}|{'|'.join(table['heads'])})"
    starts = rf"(?:{_alternatives(worths['starts'])})(?={behind})"
    part = rf"(?:{_alternatives(worths['parts'])})"
    written = rf"{part}(?:{table['joint']}{part})*(?=\W|$|{long_scales})"
    word = rf"(?P<words>(?<!\w)(?:(?:{_alternatives(worths['words'])})(?!\w)|{starts}|{written}))"
    first = "".join(sorted({name[0] for kind in ("starts", "parts", "words") for name in worths[kind]}))
    digits = rf"{_BEGIN}{_digits_source(table['thousands'])}(?P<ordinal>{table['ordinal']})?(?!:\d)"
    return rf"(?=[\d{first}])(?:{digits}|{word}){tail}?"


def _han_source(worths: dict[str, dict[str, Decimal]]) -> str:
    """Return the expression for digits or Han numbers; `rank` is the 第 before it, `more` as in 1亿2000万."""
    han, scales = "".join([*worths["words"], *worths["scales"]]), "".join(worths["scales"])
    tail = rf"[多余来]?(?P<scales>\s?(?:(?!兆[瓦赫帕字欧比])[{scales}]){{1,4}})"
    more = r"(?:(?<=[亿億万萬])(?P<more>\d{1,4}(?:\.\d{1,4})?[万萬千百]|\d{4}(?![\d年.,])))"
    words = rf"(?<![{han}])(?P<words>[{han}]+)"
    return rf"(?:(?<=(?P<rank>第))|)(?:{_BEGIN}{_digits_source(',')}|{words})(?:{tail}{more}?)?(?!:\d)"


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))
