"""Mentions: every name of an entity and every word of a topic in an article, found in one pass.

The longest name counts alone: where a listed name lies within a longer listed one, only the longer is a
mention. Names are proper nouns, so their capitals count; topic words are looked for in any case and with the
endings and compounds of German.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from extractors.records import Mention, Part
from extractors.signals.homonyms import Homonyms
from extractors.signals.scripts import fold, fold_lower, is_han, is_word_char
from extractors.watch import Watch

#: Acronyms up to this length are taken in capitals only; longer ones may also be written "Baic".
_STRICT_ACRONYM = 3
#: What may follow a name inside its word: a plural or genitive s, with or without an apostrophe.
_NAME_ENDING = re.compile(r"'?s(?!\w)|'(?!\w)")
#: What may follow a topic word: endings, and in German the rest of a compound.
_ENGLISH_ENDING = re.compile(r"(?:'?s|es|')(?!\w)")
_WORD_START = re.compile(r"(?<!\S)\S")
_COMPOUND_ENDING = re.compile(r"[^\W\d_]{0,24}(?!\w)")


@dataclass(frozen=True, slots=True)
class _Name:
    """One spelling of an entity or topic. `folded` as in the searched text; `plain` with its capitals."""

    entity_id: str
    plain: str
    folded: str
    is_topic: bool
    is_compounding: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    name: _Name
    start: int
    stop: int


class MentionFinder:
    """Finds the mentions of one watch; made once, used for many articles."""

    def __init__(self, watch: Watch) -> None:
        """Compile all names and words of `watch` into one automaton."""
        self._by_pattern: dict[str, list[_Name]] = {}
        for name in _names(watch):
            same = self._by_pattern.setdefault(name.folded, [])
            if name not in same:
                same.append(name)
        self._patterns = list(self._by_pattern)
        self._automaton = AhoCorasick(self._patterns) if self._patterns else None
        self._homonyms = Homonyms()

    def find(self, title: str, text: str, lead: str | None) -> tuple[Mention, ...]:
        """Return the mentions in title and text, in order; `lead` (a piece of `text`) tells where the lead lies."""
        in_title, in_text = self._hits(title), self._hits(text)
        barred = self._barred(title, text, in_title, in_text)
        lead_start, lead_stop = lead_span(text, lead)
        mentions = [_mention(hit, title, "title") for hit in in_title if hit.name not in barred]
        for hit in in_text:
            if hit.name not in barred:
                part: Part = "lead" if lead_start <= hit.start < lead_stop else "body"
                mentions.append(_mention(hit, text, part))
        return tuple(mentions)

    def _hits(self, words: str) -> list[_Hit]:
        """Return the hits in `words` in order: names longest first, topic words beside them."""
        if self._automaton is None or not words:
            return []
        plain, lower = fold(words), fold_lower(words)
        found = [
            _Hit(name, start, stop)
            for index, start, stop in self._automaton.find_matches_as_indexes(lower, overlapping=True)
            for name in self._by_pattern[self._patterns[index]]
            if _fits(name, plain, start, stop)
            and not self._homonyms.is_glued(name.folded, lower, start, stop)
        ]
        kept = [*_longest(hit for hit in found if not hit.name.is_topic)]
        kept += _longest(hit for hit in found if hit.name.is_topic)
        return sorted(kept, key=lambda hit: (hit.start, hit.stop, hit.name.entity_id))

    def _barred(self, title: str, text: str, in_title: list[_Hit], in_text: list[_Hit]) -> set[_Name]:
        """Return the names that mean something else in this article."""
        places = [(hit, title) for hit in in_title] + [(hit, text) for hit in in_text]
        places = [(hit, words) for hit, words in places if not hit.name.is_topic]
        lower = fold_lower(f"{title}\n{text}")
        barred = {hit.name for hit, _ in places if self._homonyms.means_other(hit.name.folded, lower)}
        borrowed = {
            hit.name for hit, words in places if self._homonyms.in_other_name(words, hit.start, hit.stop)
        }
        for name in borrowed:
            others = {
                hit.name
                for hit, _ in places
                if hit.name.entity_id == name.entity_id and hit.name not in barred
            }
            if others == {name}:
                barred.add(name)
        return barred


def lead_span(text: str, lead: str | None) -> tuple[int, int]:
    """Return where `lead` lies in `text`; an empty span where there is none."""
    start = text.find(lead) if lead else -1
    return (start, start + len(lead)) if lead and start >= 0 else (0, 0)


def _names(watch: Watch) -> Iterator[_Name]:
    """Yield every spelling of the watch once per entity or topic."""
    for entity in watch.entities:
        for spellings in entity.names.values():
            for plain in spellings:
                yield _Name(
                    entity.entity_id, fold(plain), fold_lower(plain), is_topic=False, is_compounding=False
                )
    for topic in watch.topics:
        for language, words in topic.words.items():
            for plain in words:
                compounds = language == "de"
                yield _Name(
                    topic.topic_id, fold(plain), fold_lower(plain), is_topic=True, is_compounding=compounds
                )


def _fits(name: _Name, plain: str, start: int, stop: int) -> bool:
    """Tell whether the occurrence has the borders and the capitals that its name asks for."""
    if is_word_char(plain[start]) and start > 0 and is_word_char(plain[start - 1]):
        return False
    if is_word_char(plain[stop - 1]) and not _ends_word(name, plain, stop):
        return False
    return _has_capitals(name, plain[start:stop])


def _ends_word(name: _Name, plain: str, stop: int) -> bool:
    if stop == len(plain) or not (is_word_char(plain[stop]) or plain[stop] == "'"):
        return True
    if is_han(plain[stop]):
        return True
    ending = _NAME_ENDING
    if name.is_topic and not name.plain.isupper():
        ending = _COMPOUND_ENDING if name.is_compounding else _ENGLISH_ENDING
    return plain[stop] == "'" or ending.match(plain, stop) is not None


def _has_capitals(name: _Name, surface: str) -> bool:
    """Tell whether `surface` keeps the capitals of the name: all of a short acronym, the initials of others."""
    if surface == name.plain:
        return True
    letters = sum(char.isalpha() for char in name.plain)
    if name.plain.isupper() and (letters <= _STRICT_ACRONYM or any(char.isdigit() for char in name.plain)):
        return False
    if name.is_topic:
        return not name.plain.isupper()
    initials = (match.start() for match in _WORD_START.finditer(name.plain))
    return all(surface[at].isupper() for at in initials if name.plain[at].isupper())


def _longest(hits: Iterable[_Hit]) -> list[_Hit]:
    """Return the hits that lie in no longer one; the same span may belong to several ids."""
    kept: list[_Hit] = []
    taken: dict[int, tuple[int, int]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.stop, hit.start, hit.name.entity_id)):
        holders = {taken.get(at) for at in range(hit.start, hit.stop)}
        if holders == {None}:
            taken.update(dict.fromkeys(range(hit.start, hit.stop), (hit.start, hit.stop)))
            kept.append(hit)
        elif holders == {(hit.start, hit.stop)}:
            kept.append(hit)
    return kept


def _mention(hit: _Hit, words: str, part: Part) -> Mention:
    return Mention(
        entity_id=hit.name.entity_id,
        surface=words[hit.start : hit.stop],
        part=part,
        start=hit.start,
        stop=hit.stop,
    )
