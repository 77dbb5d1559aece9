"""Why a name in an article is a mention, and why another is none: the spelling, or what it means instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.records import Article, Mention
from extractors.signals.homonyms import Homonyms
from extractors.signals.names import Hit, Name, fits, longest, names_of
from extractors.signals.scripts import fold, fold_lower
from extractors.signals.wordlists import word_list
from extractors.watch import Watch

_MOST_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReason:
    """Why the words of a mention stand for its entity; `why` is for a reader."""

    mention: Mention
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A listed name that is no mention here; `in_title` tells what `start` and `stop` count; `why` is for a reader."""

    entity_id: str
    surface: str
    in_title: bool
    start: int
    stop: int
    why: str


class Naming:
    """Tells of the names of one watch why they count; holds no state between articles."""

    def __init__(self, watch: Watch) -> None:
        """Note every spelling of `watch` and the guards of its names."""
        self._names = tuple(names_of(watch))
        self._homonyms = Homonyms(watch)
        self._around = {
            name: tuple(guard.get("around", ())) for name, guard in word_list("homonyms")["names"].items()
        }
        for guard in watch.homonyms:
            name = fold_lower(guard.name)
            self._around[name] = (*self._around.get(name, ()), *map(fold_lower, guard.around))
        self._by_id: dict[str, list[Name]] = {}
        for one in self._names:
            self._by_id.setdefault(one.entity_id, []).append(one)
        named = [(entity.entity_id, entity.names) for entity in watch.entities]
        named += [(topic.topic_id, topic.words) for topic in watch.topics]
        self._languages: dict[tuple[str, str], list[str]] = {}
        for key, names in named:
            for language, spellings in names.items():
                for spelling in spellings:
                    self._languages.setdefault((key, fold_lower(spelling)), []).append(language)

    def reasons(self, article: Article, mentions: Sequence[Mention]) -> tuple[NameReason, ...]:
        """Return the reason of each of `mentions`, in their order."""
        lower = (fold_lower(article.title), fold_lower(article.text))
        found = []
        for mention in mentions:
            why = self._why(mention, lower[mention.part != "title"][mention.start : mention.stop])
            found.append(NameReason(mention=mention, why=why))
        return tuple(found)

    def _why(self, mention: Mention, folded: str) -> str:
        name = next((one for one in self._by_id.get(mention.entity_id, ()) if one.folded == folded), None)
        if name is None:
            return "a spelling of other rules"
        if name.short is not None:
            full = dict.fromkeys(
                one.plain for one in self._by_id[mention.entity_id] if one.folded in name.short.sources
            )
            return f"short form, named before as {' or '.join(f'“{one}”' for one in full)}"
        languages = self._languages.get((mention.entity_id, folded))
        if languages is None:
            return f"listed spelling with another joint: “{name.plain}”"
        kind = "word of the topic" if name.is_topic else "listed spelling"
        return f"{kind} “{name.plain}” ({', '.join(dict.fromkeys(languages))})"

    def dropped(self, article: Article, mentions: Sequence[Mention]) -> tuple[Dropped, ...]:
        """Return the listed names that stand in the article, are no mention and lie in none, with the reason."""
        texts = {True: article.title, False: article.text}
        hits = {in_title: self._hits(words) for in_title, words in texts.items()}
        free = {side: [hit for hit in found if not hit[1]] for side, found in hits.items()}
        kept = {side: longest(hit for hit, _ in found) for side, found in free.items()}
        barred = self._homonyms.barred(article.title, article.text, kept[True], kept[False])
        taken = {
            in_title: [(one.start, one.stop) for one in mentions if (one.part == "title") == in_title]
            for in_title in texts
        }
        lower = fold_lower(f"{article.title}\n{article.text}")
        found = (
            Dropped(
                entity_id=hit.name.entity_id,
                surface=texts[side][hit.start : hit.stop],
                in_title=side,
                start=hit.start,
                stop=hit.stop,
                why=self._why_not(hit, texts[side], lower, glued=glued, barred=hit.name in barred),
            )
            for side, places in hits.items()
            for hit, glued in places
            if (glued or hit in kept[side]) and not _is_taken(hit, taken[side])
        )
        return tuple(dict.fromkeys(found))  # a spelling is listed once a language

    def _hits(self, words: str) -> list[tuple[Hit, bool]]:
        """Return every place of a listed name, and whether it is a piece of a longer expression."""
        plain, lower = fold(words), fold_lower(words)
        return [
            (Hit(name, start, stop), self._homonyms.is_glued(name.folded, lower, start, stop))
            for name in self._names
            if not name.is_topic and name.short is None and name.folded in lower
            for start, stop in _places(name.folded, lower)
            if fits(name, plain, start, stop)
        ]

    def _why_not(self, hit: Hit, words: str, lower: str, *, glued: bool, barred: bool) -> str:
        if glued:
            return "part of an expression that means something else"
        if barred:
            around = [word for word in self._around.get(hit.name.folded, ()) if word in lower]
            told = ", ".join(dict.fromkeys(around[:_MOST_WORDS]))
            return f"the article speaks of another meaning ({told})" if told else "another meaning"
        if self._homonyms.in_other_name(hit.name, words, hit.start, hit.stop):
            return "part of another's name"
        return "after another's name, which it is short for here"


def _places(name: str, lower: str) -> Iterator[tuple[int, int]]:
    at = lower.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = lower.find(name, at + 1)


def _is_taken(hit: Hit, taken: Sequence[tuple[int, int]]) -> bool:
    return any(start < hit.stop and hit.start < stop for start, stop in taken)
