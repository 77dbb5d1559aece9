"""The short forms of full names: what an article calls a company or a person once it has named them in full.

A company loses its legal form and the words for its trade at the end ("Norvik Pharma AG": "Norvik Pharma", "Norvik");
what is left must hold a word that is no everyday word, place or trade. A person is called by the family name, which
comes first in Chinese and Korean names ("Lei Jun": "Lei"). Which occurrence of a short form counts is decided in the
article: `later_forms.py`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from extractors.signals.scripts import fold_lower, is_han
from extractors.signals.wordlists import word_list

#: Least letters of a short form that is one Latin word and no acronym.
_LEAST_LATIN = 3
#: Least characters of a company's short form in Chinese: of two characters too many are ordinary words.
_LEAST_HAN = 3
#: Least characters of a foreign family name in Chinese, and of what is left without places and trades.
_LEAST_OWN = 2
_SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan"
    "|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|üe|[aoeiuü])"
)
_GIVEN_PINYIN = re.compile(rf"{_SYLLABLE}(?:['-]?{_SYLLABLE})?|\w+-\w+")
_DOTS = re.compile("[·-]")
_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortForm:
    """What is known of a short form.

    `sources`: the full names, in lower case, that give it. `is_person`: it stands for a person, else for a company.
    `needs_office`: it is a common word too, so that a title or an office must stand in front.
    `stands_first`: a given name would follow it.
    """

    sources: frozenset[str]
    is_person: bool
    needs_office: bool = False
    stands_first: bool = False


@cache
def words_of(key: str) -> frozenset[str]:
    """Return a list of `lexicons/short_forms.toml`."""
    return frozenset(word_list("short_forms")[key])


def short_forms(kind: str, spellings: Iterable[str]) -> dict[str, ShortForm]:
    """Return the short forms of an entity by their spelling: of companies and persons, none of other kinds.

    `spellings` are its names with their capitals, in plain characters.
    """
    make = {"company": _of_company, "person": _of_person}.get(kind)
    found: dict[str, ShortForm] = {}
    for spelling in spellings if make else ():
        for plain, facts in make(spelling) if make else ():
            known = found.get(plain)
            sources = frozenset({fold_lower(spelling)}) | (known.sources if known else frozenset())
            found[plain] = ShortForm(sources=sources, is_person=kind == "person", **facts)
    return found


def _of_company(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if is_han(name[0]):
        for short in _han_company(name):
            yield short, {}
        return
    dropped = words_of("legal") | words_of("industry")
    plain = dropped | words_of("ordinary") | words_of("geography")
    tokens = name.replace(",", " ").split()
    while len(tokens) > 1 and _bare(tokens[-1]) in dropped:
        tokens.pop()
        is_own = any(_bare(token) not in plain for token in tokens)
        if is_own and _bare(tokens[-1]) not in words_of("ordinary") and _is_name_like(tokens):
            yield " ".join(tokens), {}


def _bare(token: str) -> str:
    return token.lower().strip(".,()")


def _is_name_like(tokens: list[str]) -> bool:
    if len(tokens) > 1:
        return True
    only = tokens[0]
    return only[0].isupper() and (len(only) >= _LEAST_LATIN or (only.isupper() and len(only) >= _LEAST_OWN))


def _han_company(name: str) -> Iterator[str]:
    words = word_list("short_forms")["zh"]
    short = _BRACKETS.sub("", name)
    while end := next((end for end in words["ends"] if short.endswith(end) and short != end), None):
        short = short.removesuffix(end)
        rest = short
        for word in (*words["places"], *words["ends"]):
            rest = rest.replace(word, "")
        if len(short) >= _LEAST_HAN and len(rest) >= _LEAST_OWN and all(map(is_han, short)):
            yield short


def _of_person(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if is_han(name[0]):
        yield from _han_person(name)
        return
    tokens = name.split()
    while tokens and _bare(tokens[0]) in words_of("titles"):
        tokens.pop(0)
    while tokens and _bare(tokens[-1]) in words_of("suffixes"):
        tokens.pop()
    if len(tokens) < len(("given", "family")) or not all(token[0].isalpha() for token in tokens):
        return
    is_first = _is_family_first(tokens)
    family = tokens[0] if is_first else _with_particles(tokens)
    if len(family) >= _LEAST_OWN and family[-1] != ".":
        needs_office = family.lower() in words_of("family_words")
        yield family, {"needs_office": needs_office, "stands_first": is_first}


def _is_family_first(tokens: list[str]) -> bool:
    given = tokens[1:]
    return tokens[0].lower() in words_of("family_first") and all(
        _GIVEN_PINYIN.fullmatch(token.lower()) for token in given
    )


def _with_particles(tokens: list[str]) -> str:
    begin = len(tokens) - 1
    while begin > 1 and tokens[begin - 1] in words_of("particles"):
        begin -= 1
    return " ".join(tokens[begin:])


def _han_person(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the last part of a foreign name ("马斯克"); a Chinese one has no short form that others might not share."""
    parts = _DOTS.split(name)
    if len(parts) > 1 and len(parts[-1]) >= _LEAST_OWN and all(map(is_han, parts[-1])):
        yield parts[-1], {}
