"""Features of the claim model as a reader sees them: words with their place instead of pieces and n-grams."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from extractors.signals.lexicon import STRENGTH, Hit
from extractors.signals.passages import Passage
from extractors.signals.scripts import fold_lower, is_han

Kind = Literal["phrase", "word", "usual", "place", "cue", "rule"]
Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PIECE, _WORD_END, _START, _ANY_NUMBER = "~", "$", "^", "0"
#: A piece that occurs more often than this in one sentence is shown at its first places.
_MOST_PLACES = 8
_LIST_OF_STRENGTH = {f"{weight:g}": name for name, weight in STRENGTH.items()}
#: A run of characters belongs to the word around the strongest one where it is at least so strong against it.
_SAME_WORD = 0.4
_FIELDS = ("event", "status", "basis", "news")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that speaks for (`weight` above 0) or against a decision, in log-odds where the model weighs.

    `what` is for a reader: a word, a phrase with its list, a place of the article. `places` are spans of the sentence
    that is given as evidence, empty where the reason stands for none of its words.
    """

    kind: Kind
    what: str
    weight: float
    places: tuple[Span, ...] = ()


def reasons_of(
    passage: Passage, added: Iterable[tuple[str, float]], most: int, floor: float = 0.05
) -> tuple[Reason, ...]:
    """Return the strongest reasons, at most `most`, for features with what each adds, weights below `floor` left out.

    Overlapping pieces and n-grams of a word are that one word, with the sum of their weights.
    """
    terms: list[tuple[str, float]] = []
    found: list[Reason] = []
    for name, weight in added:
        known = _known(name, weight, passage)
        if known is None:
            terms.append((name, weight))
        else:
            found += known
    found += _words(passage.words, terms)
    kept = [one for one in _summed(found) if abs(one.weight) >= floor]
    return tuple(sorted(kept, key=lambda one: (-abs(one.weight), one.what))[:most])


def phrase(passage: Passage, hit: Hit) -> str:
    """Return a phrase of the lexicon as it stands in the sentence, in whole words, then its list."""
    if len(hit.entry.pieces) == 1:
        start, stop = _whole(passage.words, hit.start, hit.stop)
        shown = " ".join(passage.words[start:stop].split())
    else:
        shown = " … ".join(piece.strip("^") for piece in hit.entry.pieces)
    return f"“{shown}” (list {_list_name(hit)})"


def _whole(words: str, start: int, stop: int) -> Span:
    """Return the span from the start of its first word to the end of its last; of Chinese as it is."""
    while start and _goes_on(words[start - 1], words[start]):
        start -= 1
    while stop < len(words) and _goes_on(words[stop - 1], words[stop]):
        stop += 1
    return start, stop


def _goes_on(before: str, behind: str) -> bool:
    return before.isalnum() and behind.isalnum() and not (is_han(before) or is_han(behind))


def _list_name(hit: Hit) -> str:
    entry = hit.entry
    if entry.field != "event":
        weak = "_weak" if entry.weight < 1 else ""
        return f"{entry.field}.{entry.label}{weak}"
    return f"{entry.label}.{entry.hint or _LIST_OF_STRENGTH.get(f'{entry.weight:g}', 'words')}"


def _known(name: str, weight: float, passage: Passage) -> list[Reason] | None:
    """Return the reasons for a feature that is no word: phrases, cues, what is usual; None for words.

    A feature counts the phrases of its list: each has an equal share, a phrase inside another of its list none.
    """
    field, is_named, value = name.partition("=")
    if not is_named or " " in field or ":" in field:
        return None
    if field == "type" and "&" not in value:
        return [Reason(kind="usual", what=f"what is usual for {value}", weight=weight)]
    hits = _widest(_hits_of(field, value, passage))
    if not hits:
        return [Reason(kind="phrase", what=name, weight=weight)]
    return [
        Reason(
            kind="phrase",
            what=phrase(passage, hit),
            weight=weight / len(hits),
            places=((hit.start, hit.stop),),
        )
        for hit in hits
    ]


def _widest(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that lie within no other one, each place once."""
    spans = dict.fromkeys((hit.start, hit.stop) for hit in hits)
    kept = {
        span
        for span in spans
        if not any(other != span and other[0] <= span[0] and span[1] <= other[1] for other in spans)
    }
    first: dict[Span, Hit] = {}
    for hit in hits:
        if (hit.start, hit.stop) in kept:
            first.setdefault((hit.start, hit.stop), hit)
    return list(first.values())


def _hits_of(field: str, value: str, passage: Passage) -> list[Hit]:
    """Return the phrases that a feature such as `event=stake/2` or `cue=planned/near` counts."""
    label, _, rest = value.rpartition("/") if "/" in value else (value, "", "")
    if field in _FIELDS:
        return [hit for hit in passage.hits if _is(hit, field, label) and f"{hit.entry.weight:g}" == rest]
    if field == "cue":
        return [hit for hit in passage.hits if _is(hit, "status", label)]
    if field == "type":
        return [hit for hit in passage.hits if _is(hit, "status", value.rpartition("=")[2])]
    if field == "carries":
        hint = rest or label
        typed = label if rest else None
        return [hit for hit in passage.hits if hit.entry.hint == hint and typed in (None, hit.entry.label)]
    return []


def _is(hit: Hit, field: str, label: str) -> bool:
    return hit.entry.field == field and hit.entry.label == label


def _words(words: str, terms: Sequence[tuple[str, float]]) -> Iterator[Reason]:
    """Yield a reason a word: what all its pieces add; n-grams of two words stand for themselves."""
    folded = fold_lower(words)
    tokens = [match.span() for match in _WORD.finditer(folded)]
    by_span: dict[Span, float] = defaultdict(float)
    han: dict[Span, float] = defaultdict(float)
    for name, weight in terms:
        places = list(_places(name.partition(":")[2] or name, folded, tokens))[:_MOST_PLACES]
        for span in places:
            target = han if is_han(folded[span[0]]) and " " not in folded[span[0] : span[1]] else by_span
            target[span] += weight / len(places)
        if not places:
            yield Reason(kind="word", what=name, weight=weight)
    for span, weight in [*by_span.items(), *_han_words(han)]:
        shown = " ".join(words[span[0] : span[1]].split())
        yield Reason(kind="word", what=f"“{shown}”", weight=weight, places=(span,))


def _places(term: str, folded: str, tokens: Sequence[Span]) -> Iterator[Span]:
    """Yield where a term stands: whole words for words and their pieces, the run itself for Chinese."""
    first, two, second = term.partition(" ")
    if two:
        yield from _pairs(first, second, folded, tokens)
    elif term.startswith(_PIECE):
        piece, at_end = term[1:].removesuffix(_WORD_END), term.endswith(_WORD_END)
        fits: Callable[[str], bool] = (
            (lambda word: word.endswith(piece)) if at_end else lambda word: piece in word
        )
        yield from ((start, stop) for start, stop in tokens if fits(folded[start:stop]))
    elif term == _ANY_NUMBER:
        yield from (match.span() for match in _NUMBER.finditer(folded))
    elif is_han(term[:1] or " ") or not term[:1].isalnum():
        yield from _finds(term, folded)
    else:
        yield from (span for span in tokens if folded[span[0] : span[1]] == term)


def _finds(term: str, folded: str) -> Iterator[Span]:
    at = folded.find(term) if term else -1
    while at >= 0:
        yield at, at + len(term)
        at = folded.find(term, at + len(term))


def _pairs(first: str, second: str, folded: str, tokens: Sequence[Span]) -> Iterator[Span]:
    """Yield the places of two words in a row; `^` is the start of the sentence."""
    if first == _START:
        if tokens and _same(second, folded[slice(*tokens[0])]):
            yield tokens[0]
        return
    for before, behind in pairwise(tokens):
        if _same(first, folded[slice(*before)]) and _same(second, folded[slice(*behind)]):
            yield before[0], behind[1]


def _same(term: str, word: str) -> bool:
    return word[:1].isdigit() if term == _ANY_NUMBER else term == word


def _han_words(grams: dict[Span, float]) -> Iterator[tuple[Span, float]]:
    """Yield runs of Chinese characters: each the strongest one left, with all that overlap it."""
    left = sorted(grams.items(), key=lambda one: (-abs(one[1]), one[0]))
    while left:
        (start, stop), top = left[0]
        near = [one for one in left if one[0][0] < stop and start < one[0][1]]
        akin = [span for span, weight in near if weight / top >= _SAME_WORD] if top else [(start, stop)]
        yield (
            (min(span[0] for span in akin), max(span[1] for span in akin)),
            sum(weight for _, weight in near),
        )
        left = [one for one in left if one not in near]


def _summed(found: Iterable[Reason]) -> Iterator[Reason]:
    """Yield reasons that say the same as one, with the sum of their weights."""
    same: dict[tuple[Kind, str], list[Reason]] = {}
    for one in found:
        same.setdefault((one.kind, one.what), []).append(one)
    for (kind, what), ones in same.items():
        places = dict.fromkeys(place for one in ones for place in one.places)
        yield Reason(
            kind=kind,
            what=what,
            weight=round(sum(one.weight for one in ones), 3),
            places=tuple(sorted(places))[:_MOST_PLACES],
        )
