"""What a message is made of: its parts, the evidence it draws from, and text that is nothing but text."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from extractors.records import Figure
from extractors.signals.scripts import HAN
from warehouse.judged import Development

#: Characters of a title: what lock screens show of a notification without cutting it, in two to three lines.
TITLE_LENGTH = 140

#: Characters of one line that tells of a trouble; longer ones are cut, and show that they are.
SENTENCE_LENGTH = 600

#: How the title of a withdrawn development begins, in English.
WITHDRAWN = "Withdrawn:"

#: How the title of a message begins that tells of the end of a trouble with the pipeline itself.
OVER = "newswatch: over:"

# Joiners that scripts and emoji need; all other format characters (bidi controls among them) are dropped.
_JOINERS = frozenset("\u200c\u200d")

# What belongs together in scripts that separate words, as far back as words go, and a number that may go on behind.
_RUN = re.compile(rf"[^\s{HAN}]")
_LAST_RUN = re.compile(rf"(?<![^\s{HAN}])[^\s{HAN}]{{1,24}}$")
_LAST_NUMBER = re.compile(rf"(?<![^\W{HAN}])\d[\d.,' ]*[十百千万萬亿億兆]*\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: an article that a message quotes; `language` ISO 639-1, None where unknown."""

    url: str
    publisher: str
    reported_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What says otherwise than a development; `place` is its first report, None where it is not remembered."""

    development: Development
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a report says of a development that it takes back or makes official: its sentence, or else its title."""

    sentence: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a message about a development may say beside the development itself.

    `first` is its first report and `article_title` that one's title, None and empty where it is not remembered;
    `second` the report that brought the second origin, None where there is none or it is not remembered; `before` the
    superseded development; `against` what contradicts it; `official` what has it on official word, where that is what
    is told; `correction` what took it back, None while it stands; `names` those of the participants; `links` the URLs
    of further reports; `story_url` where the story can be read, None where nobody serves it. `same_step` are the ids of
    other developments that are the same step on from `before`. `figures` and `found` (names) are those of the reports,
    `known_names` all that could stand in a message.
    """

    story_title: str
    article_title: str
    first: Place | None
    second: Place | None = None
    before: Development | None = None
    against: tuple[Against, ...] = ()
    official: Word | None = None
    correction: Word | None = None
    links: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    story_url: str | None = None
    same_step: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    found: frozenset[str] = frozenset()
    known_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a message: a line, a quoted sentence, where something stands (with its `url`), a link, or a gap.

    A `count` is a line about the reports: how many there are, and when they came.
    """

    kind: Literal["line", "count", "quote", "place", "link", "gap"]
    text: str = ""
    url: str | None = None

    def __str__(self) -> str:
        """Return it as plain text."""
        if self.kind == "quote":
            return f"“{self.text}”"
        if self.kind == "link":
            return f"{self.text}: {self.url}"
        return f"{self.text}\n{self.url}" if self.url else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Plain text: `title` is one line, `body` several; `parts` are the body in parts, empty where it has none.

    `left_out` is what the evidence did not bear, and is not in it.
    """

    title: str
    body: str
    parts: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return `1 article`, `2 articles`; `several` where the plural is another word."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def reach(articles: int, copies: int, *, noun: str | None = "article") -> str:
    """Return how many `articles` there are, the `copies` among them apart: `3 articles +1 copy`.

    `noun` None leaves the word out: `3 +1 copy`.
    """
    originals = articles - copies
    told = counted(originals, noun) if noun else str(originals)
    return told + (f" +{counted(copies, 'copy', 'copies')}" if copies else "")


def plain_line(text: str, longest: int | None = None) -> str:
    """Return `text` as one line without control, bidi and other invisible characters.

    A text of more than `longest` characters is cut and ends in `…`, behind a whole word and in no number: `1,5…` of
    `1,500` would be another one.
    """
    line = " ".join("".join(map(_harmless, text)).split())
    if longest is None or len(line) <= longest:
        return line
    kept = line[: longest - 1]
    if _RUN.match(line, longest - 1) and (run := _LAST_RUN.search(kept)):
        kept = kept[: run.start()]
    return _LAST_NUMBER.sub("", kept).rstrip() + "…"


def is_link(url: str) -> bool:
    """Tell whether `url` may be shown as a link: http or https, with a host, of visible characters only."""
    if any(character.isspace() or _harmless(character) != character for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def shown_time(moment: datetime) -> str:
    """Return `moment` as `2024-03-28 12:00 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in _JOINERS else character
