"""Dates of a text in normal form: `2024`, `2024-03`, `2024-H1`, `2024-Q2`, `2024-03-28`.

Relative dates ("nächstes Jahr", 明年上半年, "on Friday") are counted from the day of publication; without one they
give nothing. What is vaguer than its form stays vague: a season gives the year alone ("next spring" is `2025`, its
surface says the rest; a winter without a year, which lies in two, gives nothing), and weeks give nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from extractors.signals.wordlists import word_list

_YEAR = r"(?P<year>19\d\d|20[0-5]\d)"
_HAN_YEAR = r"(?P<year>19\d\d|20[0-5]\d|二[〇零][〇零一二三四五六七八九]{2})"
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
#: What may not follow four digits that are to be a year: more of a number, or a unit.
_NO_UNIT = (
    r"(?![\d%]|[.,]\d|er(?!\w)|[ -]?(?:yuan|dollars?|euros?|renminbi|us-dollar|pounds?|franken|francs|yen|won|kron|"
    r"cars|autos|units|vehicles|fahrzeuge|people|mm|kg|km|kw|mw|gw|orders|mio|mrd|million|milliard|bestellungen|"
    r"mitarbeiter|beschäftigte|stellen|menschen|stück|ps(?!\w)|jobs|workers|employees|stores|shops|homes|tonnes|tons|"
    r"tonnen|aktien|shares|percent|prozent|met(?:re|er)|watt)|\s?[元辆輛台名人万萬亿億家个毫公米吨股])"
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
    "short_year": r"(?<!\d)2\d",
}
#: How far before and behind a date the words reach that tell whether it lies ahead, in characters.
_BEFORE, _BEHIND = 60, 60
_CLAUSE_END = re.compile(r"[.,;:!?](?=\s)|[。！？；，、\n]")
_HALF_YEAR = 6
_HALF_MONTH = 15
_WEEK = 7
_QUARTERS = 4
_WINTER = 1
#: Groups that fix a date without the words around it.
_FIXED = frozenset(
    {"year", "near", "side", "this_year", "near_month", "near_day", "near_quarter", "short_year"}
)


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
    """The ways a language writes dates, in one expression, with the tables that give its words their numbers.

    `ahead`, `ahead_behind` and `past` find the words that tell on which side of today a date without a year lies.
    """

    regex: re.Pattern[str]
    tables: dict[str, dict[str, int]]
    ahead: re.Pattern[str]
    ahead_behind: re.Pattern[str]
    past: re.Pattern[str]
    counts_weeks: bool

    def read(self, match: re.Match[str], today: date | None) -> str | None:
        """Return the normal form of the date in `match`, None where it cannot be told or does not exist."""
        given = {}
        for group, words in match.groupdict().items():
            if words:
                name = group.partition(_NUMBERED)[0]
                given[name] = self._number(name, words)
        if today is None:
            return _of_calendar(given)
        lean = 0 if given.keys() & _FIXED else self._lean(match)
        if "season" in given:
            return _season(given, today, lean)
        if given.keys() & {"half", "digit_half", "quarter", "digit_quarter", "word_quarter", "near_quarter"}:
            return _part_of_year(given, today, lean)
        if "day" not in given and ("weekday" in given or "near_day" in given):
            return _day_near(given, today, lean, counts_weeks=self.counts_weeks and "side" in given)
        return _near_today(given, today, lean)

    def _number(self, name: str, words: str) -> int:
        if name == "this_year":
            return 0
        if name == "short_year":
            return 2000 + int(words)
        table = self.tables.get(name)
        return int(words.translate(_HAN_DIGITS)) if table is None else table[words.lower()]

    def _lean(self, match: re.Match[str]) -> int:
        """Return 1 where the words around say that the date lies ahead, -1 where behind, else 0."""
        text, start, stop = match.string, match.start(), match.end()
        before = text[max(0, start - _BEFORE) : start]
        ends = list(_CLAUSE_END.finditer(before))
        head = match.group().partition(" ")[0]
        clause = f"{before[ends[-1].end() :] if ends else before}{head} "
        if self.past.search(clause):
            return -1
        if self.ahead.search(clause):
            return 1
        return 1 if self.ahead_behind.match(text, stop, min(len(text), stop + _BEHIND)) else 0


def _of_calendar(given: dict[str, int]) -> str | None:
    """Return the form of a date that needs no day of publication, None for any other."""
    year = given.get("year") or given.get("short_year")
    if year is None or "near" in given:
        return None
    return _with_year(given, year)


def _with_year(given: dict[str, int], year: int) -> str | None:
    half, quarter = _half(given), _quarter(given)
    if half:
        return f"{year}-H{half}"
    if quarter:
        return f"{year}-Q{quarter}"
    month = given.get("month") or given.get("digit_month")
    if month is None:
        return str(year)
    return _existing(year, month, given["day"]) if "day" in given else f"{year}-{month:02d}"


def _half(given: dict[str, int]) -> int | None:
    return given.get("half") or given.get("digit_half")


def _quarter(given: dict[str, int]) -> int | None:
    return given.get("quarter") or given.get("digit_quarter") or given.get("word_quarter")


def _year(given: dict[str, int], today: date) -> int | None:
    """Return the year that is given in digits or relative to `today`, else None."""
    year = given.get("year") or given.get("short_year")
    if year is not None:
        return year
    offset = given.get("near", given.get("this_year"))
    return None if offset is None else today.year + offset


def _season(given: dict[str, int], today: date, lean: int) -> str | None:
    """Return the year of a season; a winter without one gives nothing, it lies in two."""
    year = _year(given, today)
    if year is None and given["season"] != _WINTER:
        side = given.get("side", lean or None)
        # The next one has not begun yet, the last one is over.
        year = today.year if side == 0 else _year_of_month(given["season"] - (side or 0), side, today)
    return str(year) if year else None


def _part_of_year(given: dict[str, int], today: date, lean: int) -> str | None:
    """Return the form of a half-year or a quarter; without a year, of the one that the words around mean."""
    if "near_quarter" in given:
        count = today.year * _QUARTERS + (today.month - 1) // 3 + given["near_quarter"]
        return f"{count // _QUARTERS}-Q{count % _QUARTERS + 1}"
    year = _year(given, today)
    if year is not None:
        return _with_year(given, year)
    half, quarter = _half(given), _quarter(given) or 0
    first, last = (half * 6 - 5, half * 6) if half else (quarter * 3 - 2, quarter * 3)
    year = today.year
    if today.month - last > (0 if lean > 0 else _HALF_YEAR):
        year += 1
    elif first - today.month > (0 if lean < 0 else _HALF_YEAR):
        year -= 1
    return _with_year(given, year)


def _near_today(given: dict[str, int], today: date, lean: int) -> str | None:
    """Return the form of a year, month or day of the calendar; the month or the year may be left out."""
    year = _year(given, today)
    month = given.get("month") or given.get("digit_month")
    if "near_month" in given or (month is None and "day" in given):
        year, month = _month_near(given, today)
    if month is None:
        return str(year) if year else None
    if year is None:
        side = given.get("side")
        year = _year_of_month(month, side, today) if side is not None else _year_leaning(month, lean, today)
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


def _year_of_month(month: int, side: int | None, today: date) -> int:
    """Return the year of a month named without one: the nearest, or the last or next one where it says so."""
    ahead = month - today.month
    if side == -1:
        return today.year if ahead < 0 else today.year - 1
    if side == 1:
        return today.year if ahead > 0 else today.year + 1
    if side is None and abs(ahead) > _HALF_YEAR:
        return today.year - 1 if ahead > 0 else today.year + 1
    return today.year


def _year_leaning(month: int, lean: int, today: date) -> int:
    """Return the year of a month that the words around put ahead (`lean` 1) or behind (-1), else the nearest."""
    ahead = month - today.month
    if lean > 0:
        return today.year if ahead >= 0 else today.year + 1
    if lean < 0:
        return today.year if ahead <= 0 else today.year - 1
    return _year_of_month(month, None, today)


def _day_near(given: dict[str, int], today: date, lean: int, *, counts_weeks: bool) -> str | None:
    """Return the day of "yesterday" or of a weekday: the last one, the next one, or that of a counted week."""
    if "near_day" in given:
        return _shifted(today, given["near_day"])
    offset = given["weekday"] - today.isoweekday()
    side = given.get("side")
    if counts_weeks:
        return _shifted(today, offset + _WEEK * (side or 0))
    if side is None and lean > 0:
        return _shifted(today, offset if offset >= 0 else offset + _WEEK)
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
    words, is_han = word_list("dates")[language], language == "zh"
    tables = {
        name: {word.lower(): number for word, number in table.items()}
        for name, table in words.items()
        if isinstance(table, dict)
    }
    groups = {name: f"(?P<{name}>{body})" for name, body in _DIGITS.items()}
    groups |= {name: f"(?P<{name}>{_alternatives(table)})" for name, table in tables.items()}
    groups["year"] = _HAN_YEAR if is_han else _YEAR
    groups["Y"] = f"(?:{groups['year']}{'年度?' if is_han else _NO_UNIT}|{groups['near']})"
    branches = [_branch(source, groups, index) for index, source in enumerate(words["patterns"])]
    begin, end, before = (_HAN_BORDER, "", "") if is_han else (_LATIN_BORDER, r"(?!\w)", r"(?<!\w)")
    source = f"{begin}(?:{'|'.join(branches)}){end}"
    return _Grammar(
        regex=re.compile(source, re.IGNORECASE),
        tables=tables,
        ahead=re.compile(f"{before}(?:{'|'.join(words['ahead'])})", re.IGNORECASE),
        ahead_behind=re.compile("|".join(words["ahead_behind"]), re.IGNORECASE),
        past=re.compile(rf"{before}(?:{'|'.join(words['past'])})", re.IGNORECASE),
        counts_weeks=is_han,
    )


def _branch(source: str, groups: dict[str, str], index: int) -> str:
    """Fill in the placeholders of one pattern; its groups carry its index, since a name may stand only once."""
    is_year_alone = source == "{year}"
    for name, group in groups.items():
        source = source.replace("{" + name + "}", group)
    numbered = re.sub(r"\(\?P<(\w+)>", rf"(?P<\1{_NUMBERED}{index}>", source)
    return f"(?:{numbered}{_NO_UNIT})" if is_year_alone else f"(?:{numbered})"


def _alternatives(table: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
