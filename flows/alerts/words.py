"""The words of messages by language: event types, statuses, basis, counted nouns and figures from one catalogue."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from warehouse.judged import Development

#: The language of messages where the catalogue has none of those asked for.
DEFAULT = "en"

_MORE = re.compile(r" and (?P<count>\d+) more$")
_FIGURE = re.compile(r"(?P<unit>[A-Z]{3} )?(?P<number>-?\d[\d,]*(?:\.\d+)?)(?P<scale>tn|bn|m)?(?P<noun> .+)?")
#: What a scale of the stored line is worth in those that Chinese counts by: ten 亿 are a thousand millions.
_HAN_WORTH = {"tn": 1, "bn": 10, "m": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The catalogue in one `language`."""

    language: str
    says: Mapping[str, str]
    event_types: Mapping[str, str]
    statuses: Mapping[str, str]
    basis: Mapping[str, str]
    figures: Mapping[str, str]

    def say(self, template: str, **values: object) -> str:
        """Return a template with its places filled in."""
        return self.says[template].format(**values)

    def count(self, noun: str, number: int) -> str:
        """Return a number with its noun: `1 article`, `2 Artikel`."""
        return self.say(f"{noun}_one" if number == 1 else noun, count=number)

    def span(self, time: timedelta) -> str:
        """Return how long `time` is, in two units at the most: `2 d 3 h`, `5 Min.`."""
        minutes = max(int(time.total_seconds()) // 60, 0)
        parts = (("days", minutes // 1440), ("hours", minutes // 60 % 24), ("minutes", minutes % 60))
        told = [self.say(unit, count=number) for unit, number in parts if number][:2]
        return " ".join(told) or self.say("minutes", count=0)

    def kind(self, development: Development) -> str:
        """Return event type, status and basis, separated by commas."""
        named = (
            self.event_types[development.event_type],
            self.statuses[development.status],
            self.basis[development.basis],
        )
        return ", ".join(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a development is, in parts: `who` (names), `head` (event type and status), and `figures`."""

    who: str
    head: str
    figures: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in one line."""
        who = f"{self.who}: " if self.who else ""
        return who + self.head + (f": {', '.join(self.figures)}" if self.figures else "")


@cache
def _catalogue() -> Mapping[str, Any]:
    return tomllib.loads(files("flows.alerts").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def words_in(language: str) -> Words:
    """Return the words of `language`, one that the catalogue has."""
    return Words(language=language, **_catalogue()[language])


def message_language(asked: str | None, of_watch: Sequence[str]) -> str:
    """Return the language of messages: the one `asked` for, else the first of the watch that the catalogue has."""
    known = _catalogue()
    return next((one for one in (asked, *of_watch) if one is not None and one in known), DEFAULT)


def line_of(development: Development, words: Words) -> Line | None:
    """Return what `development` is in these words; None where its stored line is of another form.

    The stored line is `warehouse.developments.what`: names, event type, status and figures, in English.
    """
    head = f"{development.event_type}, {development.status}"
    who, found, rest = development.what.partition(head)
    if not found or (who and not who.endswith(": ")):
        return None
    rest = rest.removeprefix(" (unconfirmed)")
    if rest and not rest.startswith(": "):
        return None
    told = f"{words.event_types[development.event_type]}, {words.statuses[development.status]}"
    if development.basis == "unconfirmed":
        told += f" ({words.says['unconfirmed']})"
    figures = rest.removeprefix(": ").split(", ") if rest else []
    return Line(
        who=_who(who.removesuffix(": "), words),
        head=told,
        figures=tuple(figure_in(one, words) for one in figures),
    )


def figure_in(figure: str, words: Words) -> str:
    """Return a figure of a stored line as this language writes it: `CNY 10bn` is `CNY 10 Mrd.` and `CNY 100亿`."""
    match = _FIGURE.fullmatch(figure)
    if match is None or words.language == DEFAULT:
        return figure
    number, scale = match["number"].replace(",", ""), match["scale"] or ""
    if words.language == "zh" and scale:
        number = _plain(Decimal(number) * _HAN_WORTH[scale])
    elif words.language == "de":
        number = match["number"].translate(str.maketrans(",.", ".,"))
    noun = (match["noun"] or "").strip()
    told = (match["unit"] or "") + number + (words.figures[scale] if scale else "")
    return f"{told} {words.figures.get(noun, noun)}".rstrip()


def joined(parts: Iterable[str]) -> str:
    """Return those of the parts that say something, with commas between."""
    return ", ".join(filter(None, parts))


def _who(names: str, words: Words) -> str:
    match = _MORE.search(names)
    return words.say("more", names=names[: match.start()], count=match["count"]) if match else names


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
