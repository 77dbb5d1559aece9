"""The spellings of a watch's entities and topics, and where one of them stands in a text."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from extractors.signals.scripts import fold, fold_lower, is_han, is_word_char
from extractors.signals.short_forms import ShortForm, short_forms, words_of
from extractors.watch import Entity, Watch

#: Acronyms up to this length are taken in capitals only; longer ones may also be written "Baic".
_STRICT_ACRONYM = 3
#: What may follow a name inside its word: a plural or genitive s, with or without an apostrophe.
_NAME_ENDING = re.compile(r"'?s(?!\w)|'(?!\w)")
#: What may follow a topic word: endings, and in German the rest of a compound.
_ENGLISH_ENDING = re.compile(r"(?:'?s|es|')(?!\w)")
#: What may follow a number at the end of a name: the name of a version ("SU7Max").
_VERSION = re.compile(r"[A-Z][a-z]{2,}(?![A-Za-z0-9])")
_NUMBER_WORD = re.compile(r"(?<=\d)[ -](?=[^\W\d_]{2})")
#: Between letters, two at least, and a number behind them.
_LETTERS_NUMBER = re.compile(r"(?<=[^\W\d_]{2})[ -]?(?=\d)")
_WORD_START = re.compile(r"(?<!\S)\S")
_COMPOUND_ENDING = re.compile(r"[^\W\d_]{0,24}(?!\w)")


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of an entity or topic: `folded` as in the searched text, `plain` with its capitals.

    `kind` as in the id. `short` is None for a listed spelling, else what is known of a short form.
    """

    entity_id: str
    kind: str
    plain: str
    folded: str
    is_compounding: bool = False
    short: ShortForm | None = None

    @property
    def is_topic(self) -> bool:
        """Tell whether it is a word of a topic."""
        return self.kind == "topic"


@dataclass(frozen=True, slots=True)
class Hit:
    """An occurrence of a name: `start` and `stop` count characters of the title or of the text."""

    name: Name
    start: int
    stop: int


def names_of(watch: Watch) -> Iterator[Name]:
    """Yield every spelling of the watch, then other joints and short forms that are no listed spelling.

    A product's spelling that is a company's and another of its own ("小米SU7") is left out: it mentions both, which
    are found by themselves.
    """
    listed = list(_listed(watch))
    taken = {name.folded for name in listed}
    makers = {name.folded for name in listed if name.kind == "company"}
    by_entity: dict[str, list[Name]] = {}
    for name in listed:
        by_entity.setdefault(name.entity_id, []).append(name)
    for entity_id, names in by_entity.items():
        kept = [name for name in names if not _is_with_maker(name, makers, names)]
        yield from kept
        if entity_id in watch.by_id:
            yield from _unlisted(watch.by_id[entity_id], dict.fromkeys(name.plain for name in kept), taken)


def _is_with_maker(name: Name, makers: Collection[str], same: Iterable[Name]) -> bool:
    """Tell whether `name` is a product's, made of a company's name and another of the product's names, `same`."""
    if name.kind != "product":
        return False
    ends = {other.folded for other in same if name.folded.endswith(other.folded)}
    return any(name.folded.removesuffix(end).rstrip(" -") in makers for end in ends)


def _unlisted(entity: Entity, spellings: Collection[str], taken: Collection[str]) -> Iterator[Name]:
    """Yield the spellings of `entity` that follow from its listed `spellings` and are not `taken`."""
    for plain in dict.fromkeys(one for spelling in spellings for one in _other_joints(spelling)):
        if fold_lower(plain) not in taken:
            yield Name(entity.entity_id, entity.kind, plain, fold_lower(plain))
    for plain, short in short_forms(entity.kind, spellings).items():
        if fold_lower(plain) not in taken:
            yield Name(entity.entity_id, entity.kind, plain, fold_lower(plain), short=short)


def _other_joints(plain: str) -> Iterator[str]:
    """Yield `plain` with blanks for hyphens and the other way round, and other joints of letters and number.

    German compounds put hyphens into a name ("Great-Wall-Chef"), unless its last word is one of trade: a "Xiaomi-Auto"
    is a car. "SU7" is also written "SU 7" and "SU-7", "SU7 Ultra" also "SU7Ultra".
    """
    if is_han(plain[0]):
        return
    if plain.rsplit(maxsplit=1)[-1].lower() not in words_of("industry") | words_of("legal"):
        yield plain.replace(" ", "-")
    yield plain.replace("-", " ")
    for joint in ("", " ", "-"):
        yield _LETTERS_NUMBER.sub(joint, plain)
        yield _NUMBER_WORD.sub(joint, plain)


def _listed(watch: Watch) -> Iterator[Name]:
    for entity in watch.entities:
        for spellings in entity.names.values():
            for plain in spellings:
                yield Name(entity.entity_id, entity.kind, fold(plain), fold_lower(plain))
    for topic in watch.topics:
        for language, words in topic.words.items():
            for plain in words:
                yield Name(
                    topic.topic_id, "topic", fold(plain), fold_lower(plain), is_compounding=language == "de"
                )


def fits(name: Name, plain: str, start: int, stop: int) -> bool:
    """Tell whether the occurrence in the folded text has the borders and the capitals that its name asks for."""
    if is_word_char(plain[start]) and start > 0 and is_word_char(plain[start - 1]):
        return False
    if is_word_char(plain[stop - 1]) and not _ends_word(name, plain, stop):
        return False
    return _has_capitals(name, plain[start:stop])


def _ends_word(name: Name, plain: str, stop: int) -> bool:
    if stop == len(plain) or not (is_word_char(plain[stop]) or plain[stop] == "'"):
        return True
    if is_han(plain[stop]) or (plain[stop - 1].isdigit() and _VERSION.match(plain, stop)):
        return True
    ending = _NAME_ENDING
    if name.is_topic and not name.plain.isupper():
        ending = _COMPOUND_ENDING if name.is_compounding else _ENGLISH_ENDING
    return plain[stop] == "'" or ending.match(plain, stop) is not None


def _has_capitals(name: Name, surface: str) -> bool:
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


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits that lie in no longer one; the same span may belong to several ids."""
    kept: list[Hit] = []
    taken: dict[int, tuple[int, int]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.stop, hit.start, hit.name.entity_id)):
        holders = {taken.get(at) for at in range(hit.start, hit.stop)}
        if holders == {None}:
            taken.update(dict.fromkeys(range(hit.start, hit.stop), (hit.start, hit.stop)))
            kept.append(hit)
        elif holders == {(hit.start, hit.stop)}:
            kept.append(hit)
    return kept
