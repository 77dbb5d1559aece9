"""What somebody asks of a search, as the terms that are looked for, and what is found. No text is an error."""

import re
from dataclasses import dataclass
from datetime import datetime

from warehouse.search_terms import composed, is_paired, runs, terms

#: What a word counts by the field that it stands in.
WEIGHTS = {"title": 5.0, "lead": 3.0, "text": 1.0}
#: What is looked for at the most, words and phrases together: more is a text that was pasted.
MOST_PARTS = 32
#: A word of so many letters finds longer ones that begin so, too; a shorter one with an s behind it.
GROWS_FROM = 3
#: A part: a phrase in quotes, of which the second may be missing, or all up to a blank; with a minus before it to
#: leave out what holds it. The quotes are those of German, English and Chinese texts too.
_QUOTES = '"“”„‟«»「」『』'
_PART = re.compile(
    rf"(?P<minus>[-\u2212\u2013]?)(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]?|(?P<word>[^\s{_QUOTES}]+))"
)
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A term of a part at `offset` from its first one: any of the `spellings`; `grows` takes what begins so too."""

    offset: int
    spellings: tuple[str, ...]
    grows: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A word or phrase: an article holds it where all `slots` stand at their distance. `typed` is as it was typed."""

    typed: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What an article should hold, the more the better, and what it must not hold; `cut`: not all was taken."""

    wanted: tuple[Part, ...]
    unwanted: tuple[Part, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which articles may be found; None for any. `publisher` is the whole name, in capital letters or small ones.

    `since` and `before` are about `reported_at`, the second not included; `story_id` is one that is stored.
    """

    language: str | None = None
    publisher: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An article that was found: how many parts of the query it holds, and how well.

    `title` and `text` are its own where the index was asked, None where the texts of the snapshot were.
    """

    article_id: str
    reported_at: datetime
    parts: int
    score: float
    title: str | None = None
    text: str | None = None


#: The best articles in their order, and how many there are in all.
Ranking = tuple[tuple[Ranked, ...], int]


def parse_query(text: str) -> Query:
    """Return what `text` asks for: words, "phrases", and -what is not to be found.

    Repeated parts count once; signs without a letter or digit are passed over.
    """
    wanted: dict[tuple[Slot, ...], Part] = {}
    unwanted: dict[tuple[Slot, ...], Part] = {}
    parts = 0
    for found in _PART.finditer(text):
        typed = found["phrase"] if found["word"] is None else found["word"]
        slots = _slots(typed, exact=found["word"] is None)
        if not slots:
            continue
        parts += 1
        if parts > MOST_PARTS:
            return Query(tuple(wanted.values()), tuple(unwanted.values()), cut=True)
        before = found.start() == 0 or text[found.start() - 1].isspace()
        chosen = unwanted if found["minus"] and before else wanted
        chosen.setdefault(slots, Part(composed(typed).strip(), slots))
    return Query(tuple(wanted.values()), tuple(unwanted.values()))


def _slots(typed: str, *, exact: bool) -> tuple[Slot, ...]:
    """Return the terms of a part; only the last one of a word may grow, and none of a phrase."""
    found: list[Slot] = []
    offset = 0
    for run, _, _ in runs(typed):
        if is_paired(run[0]):
            found += _pairs(run, offset)
            offset += len(run)
        else:
            found.append(Slot(offset, (run,), grows=False))
            offset += 1
    if not exact and found and not is_paired(found[-1].spellings[0][0]):
        last = found.pop()
        word = last.spellings[0]
        spellings = _spellings(word, typed) if not found else (word,)
        found.append(Slot(last.offset, spellings, grows=len(word) >= GROWS_FROM))
    return tuple(found)


def _pairs(run: str, offset: int) -> list[Slot]:
    """Return the pairs that cover a run; a single character is found as the first of any pair, or alone."""
    if len(run) == 1:
        return [Slot(offset, (run,), grows=True)]
    places = sorted({*range(0, len(run) - 1, 2), len(run) - 2})
    return [Slot(offset + place, (run[place : place + 2],), grows=False) for place in places]


def _spellings(word: str, typed: str) -> tuple[str, ...]:
    """Return `word` as it may be written: umlauts with an e behind them or without, a short one with an s behind it.

    Texts are indexed as they are written, ä as a: to take the e out of them would spoil Israel, neue and aktuell.
    """
    found = [word]
    lower, without = composed(typed).lower(), word
    for umlaut, letters in _UMLAUTS:
        lower = lower.replace(umlaut, letters)
        without = without.replace(letters, umlaut)
    found += [*terms(lower)[:1], *terms(without)[:1]]
    if len(word) < GROWS_FROM and word.isalpha():
        found.append(f"{word}s")
    return tuple(dict.fromkeys(found))
