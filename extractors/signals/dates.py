"""Dates of a text in normal form: `2024`, `2024-03`, `2024-H1`, `2024-Q2`, `2024-03-28`.

Relative dates ("nächstes Jahr", 明年上半年, "on Friday") are counted from the day of publication; without one they
give nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from extractors.signals.wordlists import word_list

_YEAR = r"(?P<year>19\d\d|20[0-5]\d)"
#: What may not follow four digits that are to be a year: more of a number, or a unit.
_NO_UNIT = (
    r"(?![\d%]|[.,]\d|[ -]?(?:yuan|dollars?|euros?|renminbi|us-dollar|cars|autos|units|vehicles|fahrzeuge|people|mm|kg|"
    r"km|orders|mio|mrd|million|milliard|bestellungen|mitarbeiter|stück|ps)|\s?[元辆台名人万亿家个毫公])"
)
#: Between the name of a group and the index of its pattern.
_NUMBERED = "__"
_LATIN_BORDER = r"(?<![\w.,$€£¥])(?<!\w-)"
_HAN_BORDER = r"(?<![0-9A-Za-z])(?<!\d[.,])"
_DIGITS = {
    "digit_quarter": "[1-4]",
    "digit_half": "[12]",
    "digit_month": "1[0-2]|0?[1-9]",
    "day": "3[01]|[12][0-9]|0?[1-9]",
}


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and its place: `words[start:stop]` says it, `value` is its normal form."""

    value: str
    start: int
    stop: int


def find_dates(folded: str, language: str | None, published_on: date | None) -> list[FoundDate]:
    """Return the dates in `folded` (see `scripts.fold`), in order.

    A language without word list is read as English. `published_on` None: relative dates give nothing.
    """
    grammar = _grammar(language if language in word_list("dates") else "en")
    found = []
    for match in grammar.regex.finditer(folded):
        value = grammar.read(match, published_on)
        if value is not None:
            found.append(FoundDate(value, match.start(), match.end()))
    return found


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The ways a language writes dates, in one expression, with the tables that give its words their numbers."""

    regex: re.Pattern[str]
    tables: dict[str, dict[str, int]]
    counts_weeks: bool

    def read(self, match: re.Match[str], today: date | None) -> str | None:
        """Return the normal form of the date in `match`, None where it cannot be told or does not exist."""
        given = {}
        for group, words in match.groupdict().items():
            if words:
                name = group.partition(_NUMBERED)[0]
                given[name] = self._number(name, words)
        year = _year(given, today)
        half = given.get("half") or given.get("digit_half")
        quarter = given.get("quarter") or given.get("digit_quarter") or given.get("word_quarter")
        if half or quarter:
            year = year or (today.year if today else None)
            form = f"H{half}" if half else f"Q{quarter}"
            return f"{year}-{form}" if year else None
        if "day" not in given and ("weekday" in given or "near_day" in given):
            return _day_near(given, today, counts_weeks=self.counts_weeks and "side" in given)
        return _calendar(given, year, today)

    def _number(self, name: str, words: str) -> int:
        if name == "this_year":
            return 0
        table = self.tables.get(name)
        return int(words) if table is None else table[words.lower()]


def _year(given: dict[str, int], today: date | None) -> int | None:
    """Return the year that is given in digits or relative to `today`, else None."""
    if "year" in given:
        return given["year"]
    offset = given.get("near", given.get("this_year"))
    return None if offset is None or today is None else today.year + offset


def _calendar(given: dict[str, int], year: int | None, today: date | None) -> str | None:
    """Return the form of a year, month or day of the calendar."""
    month = given.get("month") or given.get("digit_month")
    if "near_month" in given or (month is None and "day" in given):
        if today is None:
            return None
        year, month = _month_near(given, today)
    if month is None:
        return str(year) if year else None
    year = year or _year_of_month(month, given.get("side"), today)
    if year is None:
        return None
    return _existing(year, month, given["day"]) if "day" in given else f"{year}-{month:02d}"


def _month_near(given: dict[str, int], today: date) -> tuple[int, int]:
    """Return year and month of "next month", or of a day that is named without its month: the nearest such day."""
    months = today.year * 12 + today.month - 1
    if "near_month" in given:
        months += given["near_month"]
    elif given["day"] - today.day > _HALF_MONTH:
        months -= 1
    elif today.day - given["day"] > 2 * _HALF_MONTH - 5:
        months += 1
    return months // 12, months % 12 + 1


#: Days by which a day of the month may lie ahead before last month's is the nearer one.
_HALF_MONTH = 15


def _year_of_month(month: int, side: int | None, today: date | None) -> int | None:
    """Return the year of a month named without one: the nearest, or the last or next one where it says so."""
    if today is None:
        return None
    ahead = month - today.month
    if side == -1:
        return today.year if ahead < 0 else today.year - 1
    if side == 1:
        return today.year if ahead > 0 else today.year + 1
    if side is None and abs(ahead) > _HALF_YEAR:
        return today.year - 1 if ahead > 0 else today.year + 1
    return today.year


_HALF_YEAR = 6
_WEEK = 7


def _day_near(given: dict[str, int], today: date | None, *, counts_weeks: bool) -> str | None:
    """Return the day of "yesterday" or of a weekday: the last one, the next one, or that of a counted week."""
    if today is None:
        return None
    if "near_day" in given:
        return _shifted(today, given["near_day"])
    offset = given["weekday"] - today.isoweekday()
    side = given.get("side")
    if counts_weeks:
        return _shifted(today, offset + _WEEK * (side or 0))
    if side is None:
        return _shifted(today, offset if offset <= 0 else offset - _WEEK)
    if side == -1:
        return _shifted(today, offset if offset < 0 else offset - _WEEK)
    return _shifted(today, offset if offset > 0 or side == 0 else offset + _WEEK)


def _shifted(today: date, days: int) -> str | None:
    try:
        return (today + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _existing(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@cache
def _grammar(language: str) -> _Grammar:
    """Compile the patterns of `language`: every placeholder becomes a named group of its table's words."""
    words = word_list("dates")[language]
    tables = {
        name: {word.lower(): number for word, number in table.items()}
        for name, table in words.items()
        if name != "patterns"
    }
    groups = {name: f"(?P<{name}>{body})" for name, body in _DIGITS.items()}
    groups |= {name: f"(?P<{name}>{_alternatives(table)})" for name, table in tables.items()}
    groups["year"] = _YEAR
    groups["Y"] = f"(?:{_YEAR}{'年' if language == 'zh' else _NO_UNIT}|{groups['near']})"
    branches = [_branch(source, groups, index) for index, source in enumerate(words["patterns"])]
    border = _HAN_BORDER if language == "zh" else _LATIN_BORDER
    end = "" if language == "zh" else r"(?!\w)"
    source = f"{border}(?:{'|'.join(branches)}){end}"
    return _Grammar(re.compile(source, re.IGNORECASE), tables, counts_weeks=language == "zh")


def _branch(source: str, groups: dict[str, str], index: int) -> str:
    """Fill in the placeholders of one pattern; its groups carry its index, since a name may stand only once."""
    is_year_alone = source == "{year}"
    for name, group in groups.items():
        source = source.replace("{" + name + "}", group)
    numbered = re.sub(r"\(\?P<(\w+)>", rf"(?P<\1{_NUMBERED}{index}>", source)
    return f"(?:{numbered}{_NO_UNIT})" if is_year_alone else f"(?:{numbered})"


def _alternatives(table: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
