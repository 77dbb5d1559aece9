"""Citations: whom an article names as the origin of its news.

A medium counts only where an expression of attribution touches its name ("据彭博社报道", "Reuters said, citing …");
named in passing it is none, nor late in the text for a report of long ago. A company, an authority or a person counts
where it stands in title, lead or first paragraphs, in a sentence that speaks of its own word: a notice, a statement.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from extractors.records import Citation, Mention
from extractors.signals.scripts import fold, is_han
from extractors.signals.sentences import sentences
from extractors.signals.wordlists import word_list
from extractors.watch import Watch

#: How far around a name its attribution may reach, in characters.
_REACH = 90
_OWN_WORD_KINDS = frozenset({"company", "authority", "person"})


class CitationFinder:
    """Finds the citations of one watch's articles; made once, used for many."""

    def __init__(self, watch: Watch) -> None:
        """Note the kinds of the entities of `watch`."""
        self._kinds = {entity.entity_id: entity.kind for entity in watch.entities}

    def find(
        self, title: str, text: str, language: str | None, mentions: tuple[Mention, ...]
    ) -> tuple[Citation, ...]:
        """Return one citation an origin, in the order of the text, with the sentence that names it first.

        `mentions` are those that `MentionFinder` found in the same title and text. A medium that the watch does not
        list gives `media:slug`.
        """
        rules = _rules(language if language in _LANGUAGES else "en")
        found: dict[str, str] = {}
        for words, is_title in ((title, True), (text, False)):
            here = [mention for mention in mentions if (mention.part == "title") == is_title]
            for origin, sentence in self._in_words(words, here, rules, is_title=is_title):
                found.setdefault(origin, sentence)
        return tuple(Citation(origin=origin, sentence=sentence) for origin, sentence in found.items())

    def _in_words(
        self, words: str, mentions: list[Mention], rules: "_Rules", *, is_title: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield origin and sentence of each citation in `words`."""
        folded = fold(words)
        opening = len(words) if is_title else _opening(words)
        for start, stop in sentences(words):
            if start >= opening and rules.recalled.search(folded, start, stop):
                continue
            inside = [mention for mention in mentions if start <= mention.start < stop]
            for mention in inside:
                if self._kinds.get(mention.entity_id) == "media" and rules.is_attributed(
                    folded, mention, start, stop
                ):
                    yield mention.entity_id, words[start:stop]
            if start < opening:
                speaker = self._speaker(folded[start:stop], start, inside, rules)
                if speaker is not None:
                    yield speaker, words[start:stop]
            for name_start, name_stop in rules.unlisted(folded, start, stop):
                if not any(mention.start < name_stop and name_start < mention.stop for mention in inside):
                    yield f"media:{_slug(words[name_start:name_stop])}", words[start:stop]

    def _speaker(self, sentence: str, start: int, inside: list[Mention], rules: "_Rules") -> str | None:
        """Return whose list, notice or statement the sentence speaks of: the first name before the word for it."""
        cue = rules.own_list.search(sentence)
        kinds = frozenset({"authority"}) if cue else _OWN_WORD_KINDS
        cue = cue or rules.own_word.search(sentence)
        speakers = [mention for mention in inside if self._kinds.get(mention.entity_id) in kinds]
        if cue is None or not speakers:
            return None
        before = [mention for mention in speakers if mention.start - start < cue.start()]
        return (before or speakers)[0].entity_id


_LANGUAGES = frozenset({"en", "de", "zh"})


def _opening(text: str) -> int:
    """Return where the lead and the first two paragraphs behind it end: what is said later is no source of the news."""
    at = 0
    for _ in range(3):
        border = text.find("\n\n", at)
        if border < 0:
            return len(text)
        at = border + 2
    return at


@dataclass(frozen=True, slots=True)
class _Rules:
    """The compiled expressions of one language."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    passing_behind: re.Pattern[str]
    recalled: re.Pattern[str]
    own_word: re.Pattern[str]
    own_list: re.Pattern[str]
    unlisted_names: re.Pattern[str]

    def is_attributed(self, folded: str, mention: Mention, start: int, stop: int) -> bool:
        """Tell whether an expression of attribution touches the name, and it is not named for something else."""
        if self.passing_behind.match(folded, mention.stop):
            return False
        before = folded[max(start, mention.start - _REACH) : mention.start]
        after = folded[mention.stop : min(stop, mention.stop + _REACH)]
        return bool(self.before.search(before) or self.after.match(after))

    def unlisted(self, folded: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of names of media that the expression itself shows to be media."""
        for match in self.unlisted_names.finditer(folded, start, stop):
            yield match.span("name")


@cache
def _rules(language: str) -> _Rules:
    table = word_list("citations")
    return _Rules(
        before=re.compile(rf"(?:{_any(table[language]['before'])})\s?$", re.IGNORECASE),
        after=re.compile(_any(table[language]["after"]), re.IGNORECASE),
        passing_behind=re.compile(_any(table["passing"]["behind"]), re.IGNORECASE),
        recalled=re.compile(_any(table["recalled"][language]), re.IGNORECASE),
        own_word=re.compile(_any(table["own_word"][language]), re.IGNORECASE),
        own_list=re.compile(_any(table["own_list"][language]), re.IGNORECASE),
        unlisted_names=re.compile(_any(table["unlisted"][language])),
    )


def _any(sources: Iterable[str]) -> str:
    return "|".join(f"(?:{source})" for source in sources)


def _slug(name: str) -> str:
    """Return `name` as the second half of an id: lower case, without accents, hyphens for blanks; Han as it is."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(
        char if char.isalnum() or is_han(char) else "-" for char in plain if not unicodedata.combining(char)
    )
    return "-".join(part for part in kept.split("-") if part) or "unnamed"
