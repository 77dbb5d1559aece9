"""Two versions of a text: which sentences became which, and which words in them. Time is bounded whatever they hold."""

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.signals.scripts import HAN

#: Pieces up to which what lies between two sure matches is compared in every way; more is taken as replaced whole
#: (difflib may take the third power of it).
_CLOSELY = 40
#: How many sentences ahead the new form of a sentence is looked for.
_AHEAD = 8
#: Share of common words from which a sentence is another one's new form.
_ALIKE = 0.4

#: A number with its separators, a word (with hyphens and apostrophes in it), a Han character, or any other mark.
_TOKEN = re.compile(
    rf"(\d+(?:[.,:]\d+)*|[{HAN}]|(?:(?![{HAN}])[^\W\d_])+(?:[-'’](?:(?![{HAN}])\w)+|\d+)*|\S)(\s*)"
)
_HAN_ONLY = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A sentence and its new form; None where it was taken out, or is new."""

    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that took the place of others in a sentence: each as its tokens, with those around them.

    `left` and `right` are None at the ends of the sentence; `first` tells that they begin it.
    """

    gone: tuple[str, ...]
    come: tuple[str, ...]
    left: str | None
    right: str | None
    first: bool


def edits(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Yield which of the sentences `old` changed into which of `new`, went or came, in the order of the text."""
    for gone, come in _replaced(old, new):
        yield from _paired(old[gone], new[come])


def marked(old: str, new: str) -> str:
    """Return the sentence `new` with what it was: `It sold [-10-]{+12+} cars.`; without blanks that differ alone."""
    before, after = _tokens(old), _tokens(new)
    shown: list[str] = []
    done = 0
    for gone, come in _joined(before, after):
        shown += [word + blank for word, blank in after[done : come.start]]
        went, came = _text(before[gone]), _text(after[come])
        last = after[come][-1][1] if came else before[gone][-1][1]
        shown.append((f"[-{went}-]" if went else "") + (f"{{+{came}+}}" if came else "") + last)
        done = come.stop
    shown += [word + blank for word, blank in after[done:]]
    return "".join(shown).strip()


def replaced_words(old: str, new: str) -> Iterator[Words]:
    """Yield the words of `old` that others of `new` stand in the place of."""
    before, after = _tokens(old), _tokens(new)
    for gone, come in _joined(before, after):
        if before[gone] and after[come]:
            yield Words(
                gone=tuple(word for word, _ in before[gone]),
                come=tuple(word for word, _ in after[come]),
                left=after[come.start - 1][0] if come.start else None,
                right=after[come.stop][0] if come.stop < len(after) else None,
                first=come.start == 0,
            )


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Yield the sentences of a stretch that changed, each with the most alike of the next ones, if there is one."""
    words = [_words(one) for one in new]
    taken = 0
    for sentence in old:
        own = _words(sentence)
        near = range(taken, min(len(new), taken + _AHEAD))
        best = max(near, key=lambda place: _likeness(own, words[place]), default=None)
        if best is None or _likeness(own, words[best]) < _ALIKE:
            yield Edit(old=sentence)
            continue
        yield from (Edit(new=one) for one in new[taken:best])
        if sentence != new[best]:
            yield Edit(old=sentence, new=new[best])
        taken = best + 1
    yield from (Edit(new=one) for one in new[taken:])


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _words(sentence: str) -> frozenset[str]:
    return frozenset(word.lower() for word, _ in _tokens(sentence) if word.isalnum())


def _tokens(sentence: str) -> list[tuple[str, str]]:
    """Return the words and marks of `sentence`, each with the blank behind it."""
    return [(match[1], " " if match[2] else "") for match in _TOKEN.finditer(sentence)]


def _text(tokens: Sequence[tuple[str, str]]) -> str:
    return "".join(word + blank for word, blank in tokens).rstrip()


def _joined(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[tuple[slice, slice]]:
    """Yield the stretches of tokens that were replaced; those with next to nothing between them are one."""
    before: tuple[slice, slice] | None = None
    for gone, come in _replaced([word for word, _ in old], [word for word, _ in new]):
        if before is not None:
            kept = [word for word, _ in new[before[1].stop : come.start]]
            if len(kept) <= 1 and all(not word.isalnum() or _HAN_ONLY.match(word) for word in kept):
                before = slice(before[0].start, gone.stop), slice(before[1].start, come.stop)
                continue
            yield before
        before = gone, come
    if before is not None:
        yield before


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[slice, slice]]:
    """Yield the stretches of `old` and `new` that stand in each other's place (one may be empty), in order.

    What stands once in both, and in the same order, is taken as the same; between two of these all is compared.
    """
    anchors = [(-1, -1), *_anchors(old, new), (len(old), len(new))]
    for (old_left, new_left), (old_right, new_right) in pairwise(anchors):
        start, begin, stop, end = old_left + 1, new_left + 1, old_right, new_right
        while start < stop and begin < end and old[start] == new[begin]:
            start, begin = start + 1, begin + 1
        while start < stop and begin < end and old[stop - 1] == new[end - 1]:
            stop, end = stop - 1, end - 1
        if max(stop - start, end - begin) > _CLOSELY or start == stop or begin == end:
            if start < stop or begin < end:
                yield slice(start, stop), slice(begin, end)
            continue
        matcher = difflib.SequenceMatcher(a=old[start:stop], b=new[begin:end], autojunk=False)
        for what, i, j, k, m in matcher.get_opcodes():
            if what != "equal":
                yield slice(start + i, start + j), slice(begin + k, begin + m)


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of what stands once in both: the longest row of them that is in the same order."""
    once_old, once_new = _once(old), _once(new)
    places = [(place, once_new[one]) for one, place in once_old.items() if one in once_new]
    ends: list[int] = []
    rows: list[tuple[int, int, int | None]] = []  # place in old, place in new, the one before in its row
    tips: list[int] = []
    for here, there in places:
        length = bisect_left(ends, there)
        rows.append((here, there, tips[length - 1] if length else None))
        ends[length : length + 1] = [there]
        tips[length : length + 1] = [len(rows) - 1]
    found: list[tuple[int, int]] = []
    last = tips[-1] if tips else None
    while last is not None:
        here, there, last = rows[last]
        found.append((here, there))
    return found[::-1]


def _once(sequence: Sequence[str]) -> dict[str, int]:
    counts = Counter(sequence)
    return {one: place for place, one in enumerate(sequence) if counts[one] == 1}
