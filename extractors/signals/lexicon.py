"""The words of claims: phrase lists per language, found in a sentence in one pass.

A phrase is written in lower case. `..` between its pieces stands for a gap of other words, `*` at the end of a
word for any ending (with a gap behind it), `*` at its start for any beginning (German compounds), `^` at its
start for the start of the sentence. In Chinese no word borders are asked for. In German the two pieces of a
phrase may change places, as verb and object do, unless the second is short: then it is the particle of a verb
and has to follow.

In `lexicons/events.*.toml` and `cues.*.toml` a list is one text. Its phrases stand apart by `;` or a new line, an
indented line goes on with the one above, and a line that starts with `#` is a remark. They are written as `fold`
leaves them (plain characters, simplified Chinese), for they are not folded again. A watch writes its lists as
arrays of strings, in any case.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseList:
    """Phrases that speak for the same thing, equally strongly, folded.

    `label` is an event type, a status, a basis or a kind of sentence, by `field`; `hint` the status that an
    event phrase already carries, None where it carries none.
    """

    phrases: tuple[str, ...]
    field: Field
    label: str
    weight: float
    hint: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One phrase of a list: its pieces, and what `PhraseList` says of it."""

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


#: A phrase by its last piece: its place in the order of hits, its other pieces from the end, and its entry.
_Ending = tuple[int, tuple[str, ...], Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A piece as it is written, and the phrases that end with it.

    `alone` are those of no other piece; `behind` has the others by the piece before.
    """

    written: str
    at_start: bool
    open_left: bool
    open_right: bool
    alone: tuple[Entry, ...]
    behind: dict[str, list[_Ending]]

    def fits(self, text: str, start: int, stop: int) -> bool:
        """Say whether the literal at `start:stop` of `text` keeps the word borders that the piece asks for."""
        if self.at_start and start:
            return False
        if not self.open_left and start and text[start - 1].isalnum():
            return False
        return self.open_right or stop == len(text) or not text[stop].isalnum()


class Lexicon:
    """All phrases of one language, ready to be found.

    Most phrases of the lists never occur in what a process reads: at the start only their literals are put
    into one automaton, and what a literal stands for is worked out when it is first met.
    """

    def __init__(self, language: str, lists: Iterable[PhraseList]) -> None:
        """Index the phrases of `lists`."""
        self.language = language
        self._gap = _GAP[language]
        self._phrases: list[tuple[tuple[str, ...], PhraseList]] = []
        # Piece → the phrases that it ends, by number; ~number where the pieces change places.
        self._ends: dict[str, list[int]] = {}
        for words in lists:
            self._add(words)
        written: dict[str, list[str]] = {}
        for piece in self._ends:
            written.setdefault(piece.strip("*^"), []).append(piece)
        self._written = list(written.values())
        self._met: list[tuple[_Piece, ...] | None] = [None] * len(written)
        self._automaton = AhoCorasick(list(written), store_patterns=False)

    def hits(self, sentence: str) -> list[Hit]:
        """Return every phrase found in `sentence`, in the order of their ends."""
        text = fold_lower(sentence)
        found: list[Hit] = []
        seen: dict[str, list[tuple[int, int]]] = {}
        for literal, start, stop in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for piece in self._met[literal] or self._meet(literal):
                if piece.fits(text, start, stop):
                    found += [Hit(entry=entry, start=start, stop=stop) for entry in piece.alone]
                    seen.setdefault(piece.written, []).append((start, stop))
                    if piece.behind:
                        found += self._ending(piece.behind, seen, start, stop)
        return found

    def _ending(
        self, behind: dict[str, list[_Ending]], seen: dict[str, list[tuple[int, int]]], start: int, stop: int
    ) -> list[Hit]:
        """Return the hits of the phrases whose last piece stands at `start:stop`."""
        found: list[tuple[int, Hit]] = []
        for piece in behind.keys() & seen.keys():
            for order, before, entry in behind[piece]:
                begin = self._reach_back(before, seen, start)
                if begin is not None:
                    found.append((order, Hit(entry=entry, start=begin, stop=stop)))
        return [hit for _, hit in sorted(found, key=itemgetter(0))]

    def _reach_back(
        self, before: tuple[str, ...], seen: dict[str, list[tuple[int, int]]], start: int
    ) -> int | None:
        """Find the pieces `before` a place, from the last, nearest first; None where one is missing or too far."""
        for piece in before:
            begin = self._nearest(seen.get(piece, ()), start)
            if begin is None:
                return None
            start = begin
        return start

    def _nearest(self, places: Sequence[tuple[int, int]], start: int) -> int | None:
        for begin, end in reversed(places):
            if end <= start:
                return begin if start - end <= self._gap else None
        return None

    def _add(self, words: PhraseList) -> None:
        ends, phrases = self._ends, self._phrases
        for phrase in words.phrases:
            pieces = tuple(pieces_of(phrase)) if " .. " in phrase or "* " in phrase else (phrase,)
            for piece in pieces:
                ends.setdefault(piece, [])
            ends[pieces[-1]].append(len(phrases))
            if self._may_turn(pieces):
                ends[pieces[0]].append(~len(phrases))
            phrases.append((pieces, words))

    def _may_turn(self, pieces: tuple[str, ...]) -> bool:
        is_pair = len(pieces) == len(("verb", "object"))
        return is_pair and self.language == "de" and len(pieces[-1]) >= _PARTICLE

    def _meet(self, literal: int) -> tuple[_Piece, ...]:
        """Work out what a literal stands for."""
        met = self._met[literal] = tuple(self._piece(written) for written in self._written[literal])
        return met

    def _piece(self, written: str) -> _Piece:
        alone: list[Entry] = []
        behind: dict[str, list[_Ending]] = {}
        for order, number in enumerate(self._ends[written]):
            pieces, words = self._phrases[max(number, ~number)]
            entry = Entry(
                pieces=pieces, field=words.field, label=words.label, weight=words.weight, hint=words.hint
            )
            if len(pieces) == 1:
                alone.append(entry)
            else:
                before = pieces[-2::-1] if number >= 0 else pieces[1:]
                behind.setdefault(before[0], []).append((order, before, entry))
        literal, borders = written.strip("*^"), self.language != "zh"
        return _Piece(
            written=written,
            at_start=written.startswith("^"),
            open_left=not borders or written.startswith("*") or not literal[0].isalnum(),
            open_right=not borders or written.endswith("*") or not literal[-1].isalnum(),
            alone=tuple(alone),
            behind=behind,
        )


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of `language`, one of `LANGUAGES`, built once a process."""
    return Lexicon(language, phrase_lists(language))


def phrase_lists(language: str) -> tuple[PhraseList, ...]:
    """Return the lists that come with newswatch for `language`, one of `LANGUAGES`."""
    return tuple(_lists(_built_in(language)))


def lexicon_for(language: str, extra: Sections) -> Lexicon:
    """Return the lexicon of `language` with the phrases of a watch, `watch.lexicon.get(language, {})`.

    Its sections add to the built-in ones; the section `without` holds, by section, phrases that are switched
    off there. Where `extra` is empty this is `lexicon(language)` itself, else a new one at every call.
    """
    if not extra:
        return lexicon(language)
    sections = _built_in(language)
    for section, phrases in extra.get(_WITHOUT, {}).items():
        gone = {fold_lower(phrase) for phrase in phrases}
        sections[section] = {
            key: tuple(phrase for phrase in known if phrase not in gone)
            for key, known in sections.get(section, {}).items()
        }
    for section, lists in extra.items():
        if section != _WITHOUT:
            whole = sections.setdefault(section, {})
            for key, phrases in lists.items():
                whole[key] = (*whole.get(key, ()), *(fold_lower(phrase) for phrase in phrases))
    return Lexicon(language, _lists(sections))


def _built_in(language: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the lists that come with newswatch: a section each event type, and those of `_CUES`."""
    cues = word_list(f"cues.{language}")
    tables: dict[str, dict[str, str]] = {
        **word_list(f"events.{language}"),
        **{name: cues[name] for name in _CUES},
    }
    return {name: {key: phrases_in(text) for key, text in lists.items()} for name, lists in tables.items()}


def phrases_in(text: str) -> tuple[str, ...]:
    """Return the phrases of a list as the files write it, in their order."""
    lines = (line for line in text.split("\n") if not line.lstrip().startswith("#"))
    return tuple(phrase for part in ";".join(lines).split(";") if (phrase := part.strip()))


def _lists(sections: Sections) -> Iterator[PhraseList]:
    for section, lists in sections.items():
        for key, phrases in lists.items():
            yield _list(section, key, phrases)


def _list(section: str, key: str, phrases: tuple[str, ...]) -> PhraseList:
    """Return the list `key` of an event type or of a section of cues."""
    for field in _CUES:
        if section == field:
            label, _, weak = key.partition("_")
            weight = STRENGTH["weak"] if weak else 1.0
            return PhraseList(phrases=phrases, field=field, label=label, weight=weight)
    weight = STRENGTH.get(key, _HINTED)
    hint = cast("Status | None", None if key in STRENGTH else key)
    return PhraseList(phrases=phrases, field="event", label=section, weight=weight, hint=hint)
