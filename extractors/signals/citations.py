"""Citations: whom an article names as the origin of its news.

A medium counts only where an expression of attribution touches its name ("据彭博社报道", "Reuters said, citing …");
named in passing it is none, nor late in the text for a report of long ago, nor where it is the article's own
publisher. A company, an authority or a person counts where it stands in title, lead or first paragraphs, in a sentence
that speaks of its own word: a notice, a statement.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from extractors.records import Citation, Mention
from extractors.signals.scripts import fold, is_han, is_word_char
from extractors.signals.sentences import sentences
from extractors.signals.wordlists import word_list
from extractors.watch import Watch

#: How far around a name its attribution may reach, in characters.
_REACH = 110
#: How near to a name words of the past make its report an old one, in characters.
_RECALLED_REACH = 40
_OWN_WORD_KINDS = frozenset({"company", "authority", "person"})
_LANGUAGES = frozenset({"en", "de", "zh"})
#: Parts of a publisher's name or host that other spellings of it leave out.
_NO_NAME = frozenset(
    {
        "www",
        "com",
        "net",
        "org",
        "co",
        "uk",
        "de",
        "cn",
        "at",
        "ch",
        "news",
        "online",
        "the",
        "der",
        "die",
        "das",
    }
)
#: How far behind the word for a notice its author may be named ("a notice by BAIC"), in characters.
_AUTHOR_REACH = 30
#: One name: up to five words with capitals. Not compared in any case.
_NAME = r"(?:[A-ZÄÖÜ0-9][\w.&'’-]*)(?: (?:of |and |der |des |& )?[A-ZÄÖÜ0-9][\w.&'’-]*){0,4}"
_LEADING = r"(?:[A-ZÄÖÜ][\w.&'’-]* ){1,4}?"


class CitationFinder:
    """Finds the citations of one watch's articles; made once, used for many."""

    def __init__(self, watch: Watch) -> None:
        """Note the kinds of the entities of `watch`, and the names of its media."""
        self._kinds = {entity.entity_id: entity.kind for entity in watch.entities}
        self._names = {
            entity.entity_id: frozenset(_bare(name) for names in entity.names.values() for name in names)
            for entity in watch.entities
            if entity.kind == "media"
        }

    def find(
        self,
        title: str,
        text: str,
        language: str | None,
        mentions: tuple[Mention, ...],
        publisher: str | None = None,
    ) -> tuple[Citation, ...]:
        """Return one citation an origin, in the order of the text, with the sentence that names it first.

        `mentions` are those that `MentionFinder` found in the same title and text. A medium that the watch does not
        list gives `media:slug`. `publisher` is the article's own, name or host, which it never cites; None where it
        is not known.
        """
        rules = _rules(language if language in _LANGUAGES else "en")
        found: dict[str, str] = {}
        for words, is_title in ((title, True), (text, False)):
            here = [mention for mention in mentions if (mention.part == "title") == is_title]
            for origin, sentence in self._in_words(words, here, rules, is_title=is_title):
                found.setdefault(origin, sentence)
        own = _bare(publisher) if publisher else None
        return tuple(
            Citation(origin=origin, sentence=sentence)
            for origin, sentence in found.items()
            if own is None or not self._is_own(origin, own)
        )

    def _is_own(self, origin: str, own: str) -> bool:
        """Tell whether the medium `origin` is the publisher whose bare name is `own`."""
        kind, _, slug = origin.partition(":")
        return kind == "media" and (own == _bare(slug) or own in self._names.get(origin, ()))

    def _in_words(
        self, words: str, mentions: list[Mention], rules: "_Rules", *, is_title: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield origin and sentence of each citation in `words`."""
        folded = fold(words)
        opening = len(words) if is_title else _opening(words)
        known = _known_media(folded, mentions)
        company: str | None = None
        for start, stop in sentences(words):
            inside = [mention for mention in mentions if start <= mention.start < stop]
            sentence = words[start:stop]
            named = [*self._media(inside), *(one for one in known if start <= one[1] < stop)]
            for origin, place in _attributed(folded, named, (start, stop), rules):
                if start < opening or not rules.is_recalled(folded, place, (start, stop)):
                    yield origin, sentence
            if start < opening:
                speaker = self._speaker(folded[start:stop], start, inside, rules) or (
                    company if rules.unnamed.search(folded, start, stop) else None
                )
                if speaker is not None:
                    yield speaker, sentence
            company = self._company(inside) or company

    def _media(self, mentions: list[Mention]) -> Iterator[tuple[str, int, int]]:
        for mention in mentions:
            if self._kinds.get(mention.entity_id) == "media":
                yield mention.entity_id, mention.start, mention.stop

    def _company(self, mentions: list[Mention]) -> str | None:
        """Return the first company of a sentence: whom "the company" means in the next one."""
        companies = (one.entity_id for one in mentions if self._kinds.get(one.entity_id) == "company")
        return next(companies, None)

    def _speaker(self, sentence: str, start: int, inside: list[Mention], rules: "_Rules") -> str | None:
        """Return whose list, notice or statement the sentence speaks of: the first name before the word for it.

        A name behind that word counts where it is its author's ("a notice by BAIC").
        """
        cue = rules.own_list.search(sentence)
        kinds = frozenset({"authority"}) if cue else _OWN_WORD_KINDS
        cue = cue or rules.own_word.search(sentence)
        speakers = [mention for mention in inside if self._kinds.get(mention.entity_id) in kinds]
        if cue is None:
            return None
        for mention in speakers:
            if mention.start - start < cue.start() or rules.is_author(sentence, cue, mention.start - start):
                return mention.entity_id
        return None


def _attributed(
    folded: str, named: list[tuple[str, int, int]], span: tuple[int, int], rules: "_Rules"
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the origins in one sentence with their places: media it attributes something to or shows as media."""
    start, stop = span
    for origin, name_start, name_stop in named:
        if rules.is_attributed(folded, (name_start, name_stop), span):
            yield origin, (name_start, name_stop)
    for name_start, name_stop in rules.unlisted(folded, start, stop):
        if not any(one[1] < name_stop and name_start < one[2] for one in named):
            yield f"media:{_slug(folded[name_start:name_stop])}", (name_start, name_stop)


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
    passing_before: re.Pattern[str]
    passing_behind: re.Pattern[str]
    recalled: re.Pattern[str]
    own_word: re.Pattern[str]
    own_list: re.Pattern[str]
    author: re.Pattern[str]
    unnamed: re.Pattern[str]
    unlisted_names: tuple[re.Pattern[str], ...]
    trigger: re.Pattern[str]
    no_name: re.Pattern[str]

    def is_attributed(self, folded: str, name: tuple[int, int], sentence: tuple[int, int]) -> bool:
        """Tell whether an expression of attribution touches the name, and it is not named for something else."""
        if self.is_passing(folded, name, sentence):
            return False
        before = folded[max(sentence[0], name[0] - _REACH) : name[0]]
        after = folded[name[1] : min(sentence[1], name[1] + _REACH)]
        return bool(self.after.match(after) or self.before.search(before))

    def is_recalled(self, folded: str, name: tuple[int, int], sentence: tuple[int, int]) -> bool:
        """Tell whether words near the name show that its report is of long ago."""
        begin = max(sentence[0], name[0] - _RECALLED_REACH)
        return self.recalled.search(folded, begin, min(sentence[1], name[1] + _RECALLED_REACH)) is not None

    def is_passing(self, folded: str, name: tuple[int, int], sentence: tuple[int, int]) -> bool:
        """Tell whether the words at the name show that it is named for something else than its news."""
        if self.passing_behind.match(folded, name[1], sentence[1]):
            return True
        return self.passing_before.search(folded[max(sentence[0], name[0] - _REACH) : name[0]]) is not None

    def unlisted(self, folded: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of names of media that the expression itself shows to be media."""
        if self.trigger.search(folded, start, stop) is None:
            return
        for pattern in self.unlisted_names:
            for match in pattern.finditer(folded, start, stop):
                span = match.span("name")
                if not self.no_name.search(match["name"]) and not self.is_passing(
                    folded, span, (start, stop)
                ):
                    yield span

    def is_author(self, sentence: str, cue: re.Match[str], at: int) -> bool:
        """Tell whether a name at `at` is said to be the author of the notice that `cue` is."""
        if at - cue.end() > _AUTHOR_REACH:
            return False
        return self.author.fullmatch(sentence, cue.end(), at) is not None


@cache
def _rules(language: str) -> _Rules:
    table = word_list("citations")
    own, passing = table[language], table["passing"]
    border = "" if language == "zh" else r"(?<!\w)"
    return _Rules(
        before=_compiled(rf"{border}(?:{_any(_filled(own['before'], own))})\s?$"),
        after=_compiled(_any(_filled(own["after"], own))),
        passing_before=_compiled(rf"{border}(?:{_any(passing['before'])})"),
        passing_behind=_compiled(_any(passing["behind"])),
        recalled=_compiled(_any(table["recalled"][language])),
        own_word=_compiled(_any(table["own_word"][language])),
        own_list=_compiled(_any(table["own_list"][language])),
        author=_compiled(own["author"]),
        unnamed=_compiled(own["unnamed"]),
        unlisted_names=tuple(
            re.compile(_named(source, table, language)) for source in table["unlisted"][language]
        ),
        trigger=_compiled(own["trigger"]),
        no_name=re.compile(_any(table["unlisted"]["not_names"])),
    )


def _filled(sources: list[str], own: dict[str, Any]) -> list[str]:
    """Fill the placeholders of the expressions of attribution."""
    desc = own["desc"].replace("{medium}", own["medium"])
    return [source.replace("{desc}", desc).replace("{and}", own["and"]) for source in sources]


def _named(source: str, table: dict[str, Any], language: str) -> str:
    """Fill the placeholders of an expression that names a medium."""
    typical = table["unlisted"].get(f"papers_{language}", "")
    source = source.replace("{said}", table[language]["shared"]["said"])
    return source.replace("{name}", _NAME).replace("{paper}", f"{_LEADING}{typical}")


def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _any(sources: Iterable[str]) -> str:
    return "|".join(f"(?:{source})" for source in sources)


def _known_media(folded: str, mentions: list[Mention]) -> list[tuple[str, int, int]]:
    """Return id and span of the well-known media that are named in `folded` outside `mentions`."""
    automaton, ids = _known()
    taken = [(one.start, one.stop) for one in mentions]
    return [
        (ids[index], start, stop)
        for index, start, stop in automaton.find_matches_as_indexes(folded)
        if _is_whole(folded, start, stop) and not any(a < stop and start < b for a, b in taken)
    ]


def _is_whole(folded: str, start: int, stop: int) -> bool:
    """Tell whether a name stands by itself: no letter goes on before or behind it."""
    if start and is_word_char(folded[start - 1]) and is_word_char(folded[start]):
        return False
    return not (stop < len(folded) and is_word_char(folded[stop]) and is_word_char(folded[stop - 1]))


@cache
def _known() -> tuple[AhoCorasick, tuple[str, ...]]:
    pairs = [
        (spelling, f"media:{slug}")
        for slug, spellings in word_list("citations")["known"].items()
        for spelling in spellings
    ]
    spellings = [spelling for spelling, _ in pairs]
    return AhoCorasick(spellings, matchkind=MatchKind.LeftmostLongest), tuple(origin for _, origin in pairs)


def _slug(name: str) -> str:
    """Return `name` as the second half of an id: lower case, without accents, hyphens for blanks; Han as it is."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(
        char if char.isalnum() or is_han(char) else "-" for char in plain if not unicodedata.combining(char)
    )
    parts = [part for part in kept.split("-") if part]
    return "-".join(parts[1:] if parts[:1] == ["the"] and len(parts) > 1 else parts) or "unnamed"


def _bare(name: str) -> str:
    """Return a name or host of a medium without what its spellings differ in ("www.spiegel.de", "Spiegel Online")."""
    parts = _slug(name).split("-")
    return "".join(part for part in parts if part not in _NO_NAME) or "".join(parts)
