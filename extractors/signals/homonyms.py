"""Names that are also something else: millet, a bank, a club, a monument. The company a name keeps tells."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from extractors.signals.names import Hit, Name
from extractors.signals.scripts import fold_lower, is_han
from extractors.signals.surroundings import given_names, word_after, word_before
from extractors.signals.wordlists import word_list
from extractors.watch import HomonymGuard, Watch

#: So many different words of the other meaning, at least, make it the meaning of the whole article.
_ENOUGH_WORDS = 2
#: How near a word must stand to the name to count double, in characters: about a clause.
_NEAR = {True: 25, False: 70}
#: What a word near the name or in the title counts, and one anywhere else.
_AT_NAME, _ELSEWHERE = 2, 1
#: What another entity of the watch counts, and another spelling of the same one.
_COMPANION, _OTHER_SPELLING = 2, 3
#: What an occurrence counts behind which an act of a company stands, and how many of them count.
_ACT, _MOST_ACTS = 6, 2
#: Kinds that speak for no meaning: any article may name a medium or a place.
_EVERYWHERE = frozenset({"media", "place"})
#: Kinds whose names stand in those of other bodies all the time.
_OPEN = frozenset({"place", "authority"})
_LONGEST_BEHIND = 8


class Homonyms:
    """Tells mentions from homonyms by `lexicons/homonyms.toml` and by what the watch adds to it."""

    def __init__(self, watch: Watch) -> None:
        """Compile both lists; the names of each entity tell which bodies it is itself."""
        words = word_list("homonyms")
        self._before = frozenset(words["before"])
        self._courtesy = frozenset(words["courtesy"])
        self._after = frozenset(words["after"])
        self._behind = re.compile("|".join(words["behind"]))
        self._business = tuple(words["business"])
        self._acts = frozenset(words["acts"])
        self._acts_behind = re.compile("|".join(words["acts_behind"]))
        self._own = {
            entity.entity_id: " ".join(fold_lower(one) for many in entity.names.values() for one in many)
            for entity in watch.entities
        }
        self._guards = dict(_built_in())
        for guard in watch.homonyms:
            name = fold_lower(guard.name)
            self._guards[name] = _merged(self._guards.get(name), guard)

    def is_glued(self, name: str, lower: str, start: int, stop: int) -> bool:
        """Tell whether the `name` at `start` in the lower-case text is a piece of a longer expression."""
        guard = self._guards.get(name)
        if guard is None:
            return False
        return any(_stands_around(lower, expression, name, start, stop) for expression in guard.glued)

    def in_other_name(self, name: Name, words: str, start: int, stop: int) -> bool:
        """Tell whether `words[start:stop]` is a part of another's name: a bank, a club, a street, a person."""
        if name.kind in _OPEN or name.is_topic:
            return False
        own = self._own.get(name.entity_id, "")
        if stop < len(words) and is_han(words[stop]):
            match = self._behind.match(words, stop, stop + _LONGEST_BEHIND)
            return match is not None and match[0] not in own
        joint, after = word_after(words, stop)
        if joint and after in self._after and after.lower() not in own:
            return True
        joint, before = word_before(words, start)
        return bool(joint) and before.lower() not in own and self._makes_other(name, joint, before)

    def _makes_other(self, name: Name, joint: str, before: str) -> bool:
        """Tell whether the word before the name makes it another's: a person's, by given name or courtesy title."""
        if before in self._before:
            return True
        if joint != " " or not before[0].isupper() or name.short is not None:
            return False
        is_title = before in self._courtesy and name.kind != "person"
        return is_title or before.lower() in given_names()

    def barred(self, title: str, text: str, in_title: list[Hit], in_text: list[Hit]) -> frozenset[Name]:
        """Return the names that mean something else wherever they stand in this article."""
        hits = [hit for hit in (*in_title, *in_text) if not hit.name.is_topic]
        suspects = {hit.name for hit in hits if self._is_suspect(hit.name)}
        if not suspects:
            return frozenset()
        article = _Article(fold_lower(f"{title}\n{text}"), len(title))
        places = [(hit.name, hit.start) for hit in in_title]
        places += [(hit.name, hit.start + len(title) + 1) for hit in in_text]
        return frozenset(
            name
            for name in suspects
            if self._means_other(name, article, [at for one, at in places if one == name], hits)
        )

    def _is_suspect(self, name: Name) -> bool:
        guard = self._guards.get(name.folded)
        return guard is not None and bool(guard.around)

    def _means_other(self, name: Name, article: "_Article", places: list[int], hits: list[Hit]) -> bool:
        """Weigh the words of the other meaning against all that speaks for the usual one."""
        guard = self._guards[name.folded]
        is_han_name = is_han(name.folded[0])
        other = [article.weight(word, places, is_han_name) for word in guard.around]
        if sum(map(bool, other)) < _ENOUGH_WORDS:
            return False
        usual = sum(article.weight(word, places, is_han_name) for word in guard.unless)
        near = [article.weight(word, places, is_han_name) for word in self._business]
        usual += sum(weight == _AT_NAME for weight in near)
        stops = [place + len(name.folded) for place in places]
        acting = sum(self._acts_at(article.lower, stop, guard.unless) for stop in stops)
        return sum(other) > usual + _ACT * min(acting, _MOST_ACTS) + self._company_of(name, hits)

    def _acts_at(self, lower: str, stop: int, unless: Collection[str]) -> bool:
        """Tell whether the name that ends at `stop` has an act of a company behind it, or a word of its own."""
        after = word_after(lower, stop)[1]
        if after:
            return after in self._acts or after in unless
        return lower.startswith(tuple(unless), stop) or self._acts_behind.match(lower, stop) is not None

    def _company_of(self, name: Name, hits: list[Hit]) -> int:
        """Return what the other names in the article count: its other spellings, and other entities of the watch."""
        names = {hit.name for hit in hits if not self._is_suspect(hit.name) and not hit.name.short}
        is_spelled = any(one.entity_id == name.entity_id for one in names)
        companions = {one.entity_id for one in names if one.kind not in _EVERYWHERE} - {name.entity_id}
        return _OTHER_SPELLING * is_spelled + _COMPANION * len(companions)


@dataclass(frozen=True, slots=True)
class _Article:
    """Title and text in lower case, the title up to `title_stop`."""

    lower: str
    title_stop: int

    def weight(self, word: str, places: Sequence[int], han: bool) -> int:  # noqa: FBT001 - the script of the name
        """Return what `word` counts: nothing where it does not stand, double in the title or near one of `places`."""
        at = _positions(word, self.lower)
        if not at:
            return 0
        return _AT_NAME if any(self._is_near(one, places, _NEAR[han]) for one in at) else _ELSEWHERE

    def _is_near(self, at: int, places: Sequence[int], reach: int) -> bool:
        """Tell whether `at` is in the title or near one of `places`, which are in order."""
        behind = bisect_left(places, at - reach)
        return at < self.title_stop or (behind < len(places) and places[behind] <= at + reach)


@cache
def _built_in() -> dict[str, HomonymGuard]:
    return {
        name: HomonymGuard(
            name=name,
            glued=tuple(guard.get("glued", ())),
            around=tuple(guard.get("around", ())),
            unless=tuple(guard.get("unless", ())),
        )
        for name, guard in word_list("homonyms")["names"].items()
    }


def _merged(known: HomonymGuard | None, more: HomonymGuard) -> HomonymGuard:
    return HomonymGuard(
        name=more.name,
        glued=_together(known.glued if known else (), more.glued),
        around=_together(known.around if known else (), more.around),
        unless=_together(known.unless if known else (), more.unless),
    )


def _together(known: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *map(fold_lower, more))))


def _stands_around(lower: str, expression: str, name: str, start: int, stop: int) -> bool:
    at = expression.find(name)
    begin = start - at
    return at >= 0 and begin >= 0 and lower.startswith(expression, begin) and begin + len(expression) >= stop


def _positions(word: str, lower: str) -> list[int]:
    """Return where `word` stands, as a whole word in scripts that separate words."""
    found = []
    at = lower.find(word)
    while at >= 0:
        stop = at + len(word)
        is_whole = not (at and lower[at - 1].isalnum()) and not lower[stop : stop + 1].isalnum()
        if is_han(word[0]) or is_whole:
            found.append(at)
        at = lower.find(word, stop)
    return found
