"""Which short forms of an article are mentions: those of a full name that stood before, and of nobody else.

A short form counts only behind the full name (title before text), where one entity alone can be meant. A namesake
ends that: after "Max Weber", "Weber" is no longer Anna Weber until she is named in full again.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Literal

from extractors.signals.names import Hit
from extractors.signals.scripts import fold, is_han
from extractors.signals.short_forms import words_of
from extractors.signals.surroundings import given_names, word_after, word_before
from extractors.signals.wordlists import word_list

Verdict = Literal["own", "foreign", "unsure"]

#: A short family name in capitals throughout is rather an abbreviation ("MA").
_SHORT = 3
#: In English a capital in front of a family name is a given name; in German any noun has one.
_ENGLISH = " the "
_SENTENCE_START = re.compile(r"(?:^|[.!?:;…。！？：；\n])[\s\"'“”„«»‚‘’(\[–—-]*$")


def settle(title: str, text: str, in_title: list[Hit], in_text: list[Hit]) -> tuple[list[Hit], list[Hit]]:
    """Return the hits of title and text without the short forms that are no mention."""
    if not any(hit.name.short for hit in (*in_title, *in_text)):
        return in_title, in_text
    parts = ((fold(title), in_title), (fold(text), in_text))
    article = _Article(parts)
    return article.kept(*parts[0]), article.kept(*parts[1])


@dataclass(slots=True)
class _Article:
    """What has been named so far: `active` holds, for a short form, the entities that it may stand for."""

    parts: tuple[tuple[str, list[Hit]], ...]
    owners: dict[str, set[str]] = field(default_factory=dict)
    active: dict[str, set[str]] = field(default_factory=dict)
    by_source: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    common: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which full names of the article have which short forms in it."""
        hits = [hit for _, part in self.parts for hit in part]
        for hit in hits:
            for source in hit.name.short.sources if hit.name.short else ():
                self.by_source.setdefault(source, set()).add((hit.name.folded, hit.name.entity_id))
        for short, entity_id in self._named(hits):
            self.owners.setdefault(short, set()).add(entity_id)

    def _named(self, hits: Iterable[Hit]) -> Iterator[tuple[str, str]]:
        """Yield short form and entity of each full name among `hits`."""
        for hit in hits:
            if hit.name.short is None:
                for short, entity_id in self.by_source.get(hit.name.folded, ()):
                    if entity_id == hit.name.entity_id:
                        yield short, entity_id

    def kept(self, words: str, hits: list[Hit]) -> list[Hit]:
        """Return what counts of `hits`, which stand in the folded `words`; to be called in reading order."""
        kept: list[Hit] = []
        for _, group in groupby(hits, key=lambda hit: (hit.start, hit.stop)):
            here = list(group)
            kept += [hit for hit in here if hit.name.short is None]
            for short, entity_id in self._named(here):
                self.active.setdefault(short, set()).add(entity_id)
            kept += self._counting([hit for hit in here if hit.name.short], words)
        return kept

    def _counting(self, shorts: list[Hit], words: str) -> list[Hit]:
        if not shorts:
            return []
        folded = shorts[0].name.folded
        verdict = self._verdict(shorts[0], words)
        if verdict == "foreign":
            self.active.pop(folded, None)
        if verdict != "own" or len(self.owners.get(folded, ())) != 1:
            return []
        return [hit for hit in shorts if hit.name.entity_id in self.active.get(folded, ())]

    def _verdict(self, hit: Hit, words: str) -> Verdict:
        if is_han(hit.name.plain[0]):
            return _of_han(hit, words)
        if hit.name.short and hit.name.short.is_person:
            return _of_person(hit, words, is_common=self._is_common(hit.name.folded))
        return "unsure" if self._is_common(hit.name.folded) else _of_company(hit, words)

    def _is_common(self, folded: str) -> bool:
        """Tell whether the article also has the word in small letters, as a word of every day."""
        if folded not in self.common:
            word = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")
            self.common[folded] = any(word.search(words) for words, _ in self.parts)
        return self.common[folded]


def _of_company(hit: Hit, words: str) -> Verdict:
    _, before = word_before(words, hit.start)
    joint, after = word_after(words, hit.stop)
    if before.lower() in given_names() and before[:1].isupper():
        return "foreign"
    if joint == " " and after[:1].isupper() and after.lower() not in words_of("followers"):
        return "foreign" if after.lower() in words_of("industry") else "unsure"
    return "own"


def _of_person(hit: Hit, words: str, *, is_common: bool) -> Verdict:
    surface = words[hit.start : hit.stop]
    if surface != hit.name.plain and len(surface) <= _SHORT:
        return "unsure"
    joint, after = word_after(words, hit.stop)
    if after[:1].isupper():
        trade = after.lower() in words_of("industry") or after.lower() in words_of("legal")
        if joint == " " and (trade or (hit.name.short and hit.name.short.stands_first)):
            return "foreign"
        if joint == "-":
            return "unsure"
    return _by_word_before(hit, words, is_common=is_common)


def _by_word_before(hit: Hit, words: str, *, is_common: bool) -> Verdict:
    joint, before = word_before(words, hit.start)
    low = before.lower().rstrip(".")
    if joint == "-":
        return "foreign" if before[:1].isupper() else "unsure"
    if _is_office(low):
        return "own"
    if before[:1].isupper() and low in given_names():
        return "foreign"
    if hit.name.short and hit.name.short.needs_office:
        return "unsure"
    is_start = _starts_sentence(words, hit.start)
    if not before:
        return "unsure" if is_common and is_start else "own"
    if low in words_of("articles"):
        return "unsure"
    if before[0].isupper():
        if low in words_of("openers") and _starts_sentence(words, hit.start - len(before) - 1):
            return "own"
        return "foreign" if _ENGLISH in words else "unsure"
    return "own"


def _is_office(low: str) -> bool:
    return low in words_of("offices") or (bool(low) and low.endswith(_office_ends()))


@cache
def _office_ends() -> tuple[str, ...]:
    return tuple(sorted(words_of("office_ends")))


def _starts_sentence(words: str, start: int) -> bool:
    return _SENTENCE_START.search(words, max(0, start - 8), start) is not None


def _of_han(hit: Hit, words: str) -> Verdict:
    """Judge a Chinese short form: of another body with a trade behind it, of another person with a name before it."""
    short = hit.name.short
    before = words[hit.start - 1] if hit.start else ""
    if short and short.is_person:
        return "foreign" if before in {"·", "-"} else "own"
    behind = words[hit.stop : hit.stop + 8]
    return "foreign" if behind.startswith(tuple(word_list("short_forms")["zh"]["ends"])) else "own"
