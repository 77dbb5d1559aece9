"""The words of claims: phrase lists per language, found in a sentence in one pass.

A phrase is written in lower case. `..` between its pieces stands for a gap of other words, `*` at the end of a
word for any ending (with a gap behind it), `*` at its start for any beginning (German compounds), `^` at its
start for the start of the sentence. In Chinese no word borders are asked for. In German the two pieces of a
phrase may change places, as verb and object do, unless the second is short: then it is the particle of a verb
and has to follow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from ahocorasick_rs import AhoCorasick

from extractors.records import Status
from extractors.signals.scripts import fold_lower
from extractors.signals.wordlists import word_list
from extractors.watch import Sections
from extractors.watch_checks import pieces_of

Field = Literal["event", "status", "basis", "news"]

#: The languages that have word lists, as ISO 639-1 codes.
LANGUAGES = ("de", "en", "zh")

#: How much a phrase of each list says for its event type; a status as key weighs like `strong`.
STRENGTH = {"weak": 0.4, "words": 1.0, "strong": 2.0}
_HINTED = 2.0
_CUES: tuple[Field, ...] = ("status", "basis", "news")
_WITHOUT = "without"
#: Most characters between two pieces of one phrase: about seven words.
_GAP = {"de": 60, "en": 45, "zh": 16}
_PARTICLE = 5
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One phrase of a list: what it speaks for, and how strongly.

    `label` is an event type, a status, a basis or a kind of sentence, by `field`; `hint` the status that an
    event phrase already carries, None where it carries none.
    """

    pieces: tuple[str, ...]
    field: Field
    label: str
    weight: float
    hint: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found in a sentence: `start` and `stop` count characters of that sentence."""

    entry: Entry
    start: int
    stop: int


def fold(text: str) -> str:
    """Return `text` in plain lower case, character for character, lone surrogates replaced: offsets stay true."""
    return _SURROGATE.sub("\ufffd", fold_lower(text))


@dataclass(frozen=True, slots=True)
class _Piece:
    literal: str
    at_start: bool
    open_left: bool
    open_right: bool

    def fits(self, text: str, start: int, stop: int) -> bool:
        """Say whether the literal at `start:stop` of `text` keeps the word borders that the piece asks for."""
        if self.at_start and start:
            return False
        if not self.open_left and start and text[start - 1].isalnum():
            return False
        return self.open_right or stop == len(text) or not text[stop].isalnum()


def _piece(written: str, *, borders: bool) -> _Piece:
    literal = written.strip("*^")
    return _Piece(
        literal,
        at_start=written.startswith("^"),
        open_left=not borders or written.startswith("*") or not literal[0].isalnum(),
        open_right=not borders or written.endswith("*") or not literal[-1].isalnum(),
    )


class Lexicon:
    """All phrases of one language, ready to be found."""

    def __init__(self, language: str, entries: tuple[Entry, ...]) -> None:
        """Index `entries`; every literal piece goes into one automaton."""
        self.language = language
        self._gap = _GAP[language]
        self._pieces: list[_Piece] = []
        self._by_literal: dict[str, list[int]] = {}
        self._single: dict[int, list[Entry]] = {}
        self._last: dict[int, list[tuple[tuple[int, ...], Entry]]] = {}
        known: dict[str, int] = {}
        for entry in entries:
            self._add(entry, tuple(self._number(piece, known) for piece in entry.pieces))
        self._literals = list(self._by_literal)
        self._automaton = AhoCorasick(self._literals, store_patterns=False)

    def hits(self, sentence: str) -> list[Hit]:
        """Return every phrase found in `sentence`, in the order of their ends."""
        text = fold(sentence)
        found: list[Hit] = []
        seen: dict[int, list[tuple[int, int]]] = {}
        for number, start, stop in self._pieces_in(text):
            found += [Hit(entry=entry, start=start, stop=stop) for entry in self._single.get(number, ())]
            seen.setdefault(number, []).append((start, stop))
            for numbers, entry in self._last.get(number, ()):
                begin = self._reach_back(numbers, seen, start)
                if begin is not None:
                    found.append(Hit(entry=entry, start=begin, stop=stop))
        return found

    def _pieces_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for literal, start, stop in matches:
            for number in self._by_literal[self._literals[literal]]:
                if self._pieces[number].fits(text, start, stop):
                    yield number, start, stop

    def _reach_back(
        self, numbers: tuple[int, ...], seen: dict[int, list[tuple[int, int]]], start: int
    ) -> int | None:
        """Find the pieces before the last one, nearest first; None where one is missing or too far away."""
        for number in reversed(numbers[:-1]):
            near = [at for at in seen.get(number, ()) if at[1] <= start and start - at[1] <= self._gap]
            if not near:
                return None
            start = near[-1][0]
        return start

    def _number(self, written: str, known: dict[str, int]) -> int:
        if written not in known:
            known[written] = len(self._pieces)
            piece = _piece(written, borders=self.language != "zh")
            self._pieces.append(piece)
            self._by_literal.setdefault(piece.literal, []).append(known[written])
        return known[written]

    def _add(self, entry: Entry, numbers: tuple[int, ...]) -> None:
        if len(numbers) == 1:
            self._single.setdefault(numbers[0], []).append(entry)
            return
        self._last.setdefault(numbers[-1], []).append((numbers, entry))
        pair = len(numbers) == len(("verb", "object"))
        if self.language == "de" and pair and len(entry.pieces[-1]) >= _PARTICLE:
            self._last.setdefault(numbers[0], []).append((numbers[::-1], entry))


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of `language`, one of `LANGUAGES`, built once a process."""
    return Lexicon(language, tuple(_entries(_built_in(language))))


def lexicon_for(language: str, extra: Sections) -> Lexicon:
    """Return the lexicon of `language` with the phrases of a watch, `watch.lexicon.get(language, {})`.

    Its sections add to the built-in ones; the section `without` holds, by section, phrases that are switched
    off there. Where `extra` is empty this is `lexicon(language)` itself, else a new one at every call.
    """
    if not extra:
        return lexicon(language)
    sections = _built_in(language)
    for section, phrases in extra.get(_WITHOUT, {}).items():
        gone = {fold(phrase) for phrase in phrases}
        sections[section] = {
            key: tuple(phrase for phrase in known if fold(phrase) not in gone)
            for key, known in sections.get(section, {}).items()
        }
    for section, lists in extra.items():
        if section != _WITHOUT:
            whole = sections.setdefault(section, {})
            for key, phrases in lists.items():
                whole[key] = (*whole.get(key, ()), *phrases)
    return Lexicon(language, tuple(_entries(sections)))


def _built_in(language: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the lists that come with newswatch: a section each event type, and those of `_CUES`."""
    cues = word_list(f"cues.{language}")
    tables: dict[str, dict[str, list[str]]] = dict(word_list(f"events.{language}"))
    tables.update({field: cues[field] for field in _CUES})
    return {name: {key: tuple(phrases) for key, phrases in lists.items()} for name, lists in tables.items()}


def _entries(sections: Sections) -> Iterator[Entry]:
    for section, lists in sections.items():
        for key, phrases in lists.items():
            for phrase in phrases:
                yield _entry(section, key, _split(phrase))


def _entry(section: str, key: str, pieces: tuple[str, ...]) -> Entry:
    """Return the entry of a phrase in the list `key` of an event type or of a section of cues."""
    for field in _CUES:
        if section == field:
            label, _, weak = key.partition("_")
            return Entry(pieces=pieces, field=field, label=label, weight=STRENGTH["weak"] if weak else 1.0)
    weight = STRENGTH.get(key, _HINTED)
    hint = cast("Status | None", None if key in STRENGTH else key)
    return Entry(pieces=pieces, field="event", label=section, weight=weight, hint=hint)


def _split(phrase: str) -> tuple[str, ...]:
    return tuple(pieces_of(fold(phrase)))
