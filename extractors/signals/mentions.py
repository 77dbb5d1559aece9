"""Mentions: every name of an entity and every word of a topic in an article, found in one pass.

The longest name counts alone: where a listed name lies within a longer listed one, only the longer is a
mention. Names are proper nouns, so their capitals count; topic words are looked for in any case and with the
endings and compounds of German. Once a company or a person is named in full, its short form is a mention too.
"""

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick

from extractors.records import Mention, Part
from extractors.signals.homonyms import Homonyms
from extractors.signals.later_forms import settle
from extractors.signals.names import Hit, Name, fits, longest, names_of
from extractors.signals.scripts import fold, fold_lower
from extractors.watch import Watch


class MentionFinder:
    """Finds the mentions of one watch; made once, used for many articles."""

    def __init__(self, watch: Watch) -> None:
        """Compile all names and words of `watch` into one automaton."""
        self._by_pattern: dict[str, list[Name]] = {}
        for name in names_of(watch):
            same = self._by_pattern.setdefault(name.folded, [])
            if name not in same:
                same.append(name)
        self._patterns = list(self._by_pattern)
        self._automaton = AhoCorasick(self._patterns) if self._patterns else None
        self._homonyms = Homonyms(watch)

    def find(self, title: str, text: str, lead: str | None) -> tuple[Mention, ...]:
        """Return the mentions in title and text, in order; `lead` (a piece of `text`) tells where the lead lies."""
        in_title, in_text = self._without_others(title, text)
        in_title, in_text = settle(title, text, in_title, in_text)
        lead_start, lead_stop = lead_span(text, lead)
        mentions = [_mention(hit, title, "title") for hit in in_title]
        for hit in in_text:
            part: Part = "lead" if lead_start <= hit.start < lead_stop else "body"
            mentions.append(_mention(hit, text, part))
        return tuple(mentions)

    def _hits(self, words: str) -> list[Hit]:
        """Return the hits in `words` in order: names longest first, topic words and short forms beside them."""
        if self._automaton is None or not words:
            return []
        plain, lower = fold(words), fold_lower(words)
        found = [
            Hit(name, start, stop)
            for index, start, stop in self._automaton.find_matches_as_indexes(lower, overlapping=True)
            for name in self._by_pattern[self._patterns[index]]
            if fits(name, plain, start, stop) and not self._homonyms.is_glued(name.folded, lower, start, stop)
        ]
        kept = longest(hit for hit in found if not hit.name.is_topic and hit.name.short is None)
        kept += _beside(kept, [hit for hit in found if hit.name.short])
        kept += longest(hit for hit in found if hit.name.is_topic)
        return sorted(kept, key=lambda hit: (hit.start, hit.stop, hit.name.entity_id))

    def _without_others(self, title: str, text: str) -> tuple[list[Hit], list[Hit]]:
        """Return the hits of title and text without those that mean something else."""
        in_title, in_text = self._hits(title), self._hits(text)
        barred = self._homonyms.barred(title, text, in_title, in_text)
        borrowed = {
            id(hit)
            for words, hits in ((title, in_title), (text, in_text))
            for hit in hits
            if self._homonyms.in_other_name(hit.name, words, hit.start, hit.stop)
        }
        if borrowed:
            barred |= _after_another([*in_title, *in_text], barred, borrowed)
        if not barred and not borrowed:
            return in_title, in_text
        return (
            [hit for hit in in_title if hit.name not in barred and id(hit) not in borrowed],
            [hit for hit in in_text if hit.name not in barred and id(hit) not in borrowed],
        )


def lead_span(text: str, lead: str | None) -> tuple[int, int]:
    """Return where `lead` lies in `text`; an empty span where there is none."""
    start = text.find(lead) if lead else -1
    return (start, start + len(lead)) if lead and start >= 0 else (0, 0)


def _beside(listed: Iterable[Hit], shorts: list[Hit]) -> list[Hit]:
    """Return the longest of the short forms that touch no listed name."""
    if not shorts:
        return []
    taken = {at for hit in listed for at in range(hit.start, hit.stop)}
    return longest(hit for hit in shorts if taken.isdisjoint(range(hit.start, hit.stop)))


def _after_another(hits: list[Hit], barred: frozenset[Name], borrowed: set[int]) -> frozenset[Name]:
    """Return the names that stand first in another's name, and are that other's short form from there on.

    Where the entity has another spelling in the article, it is there itself.
    """
    first: dict[Name, Hit] = {}
    for hit in hits:
        first.setdefault(hit.name, hit)
    named = {
        (hit.name.entity_id, hit.name) for hit in hits if id(hit) not in borrowed and hit.name not in barred
    }
    return frozenset(
        name
        for name, hit in first.items()
        if id(hit) in borrowed
        and not any(entity_id == name.entity_id and other != name for entity_id, other in named)
    )


def _mention(hit: Hit, words: str, part: Part) -> Mention:
    return Mention(
        entity_id=hit.name.entity_id,
        surface=words[hit.start : hit.stop],
        part=part,
        start=hit.start,
        stop=hit.stop,
    )
