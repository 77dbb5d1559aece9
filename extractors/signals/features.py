"""What the claim model sees of a sentence: the phrases of the lexicon, its words and pieces of them.

Features have names, so that training and application share them and a weight can be shown to a reader. Phrases
are the same features in every language; words and pieces are marked with theirs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from extractors.signals.lexicon import Hit
from extractors.signals.passages import Passage
from extractors.signals.scripts import HAN, fold_lower, is_han

_TOKEN = re.compile(rf"[{HAN}]+|[^\W\d_{HAN}]+|\d+(?:[.,]\d+)*|[?？!！%]")
#: Pieces of words: long enough to be a stem, short enough to be shared by a compound and its head.
_PIECES = (4, 5)
_LEAST_TOKEN = 5
#: Chinese is written without spaces: runs of characters stand for words.
_HAN_GRAMS = (1, 2, 3)
_NUMBER = "0"
_START = "^"
#: All terms of a sentence together weigh so much; a phrase weighs the root of its count, up to `_MOST`.
_TERMS_NORM = 3.0
_MOST = 3
#: Weight of a cue that is told apart by event type.
_CROSSED = 0.7


def sentence_features(words: str, language: str, hits: tuple[Hit, ...]) -> dict[str, float]:
    """Return the features of a sentence with their values; `hits` are what the lexicon found in it."""
    found = set(terms(words, language))
    value = _TERMS_NORM / max(1, len(found)) ** 0.5
    features = dict.fromkeys(found, value)
    for name, count in _phrases(hits).items():
        features[name] = min(count, _MOST) ** 0.5
    return features


def cue_features(passage: Passage, event_type: str, language: str) -> Mapping[str, float]:
    """Return what speaks of the status of a claim of `event_type` in one sentence, beside its own features."""
    found = {f"type={event_type}": 1.0}
    for hit in passage.of("event", event_type):
        if hit.entry.hint:
            found[f"carries={hit.entry.hint}"] = 1.0
    for hit, close in passage.status_cues(event_type, language):
        found[f"cue={hit.entry.label}/{'near' if close else 'far'}"] = 1.0
        found[f"type={event_type}&cue={hit.entry.label}"] = _CROSSED
    return found


def terms(words: str, language: str) -> Iterator[str]:
    """Yield the n-grams of a sentence, each as often as it occurs; numbers are all the same."""
    mark = f"{language}:"
    previous = _START
    for token in _TOKEN.findall(fold_lower(words)):
        word = _NUMBER if token[0].isdigit() else token
        if is_han(word[0]):
            yield from _han_terms(mark, word)
        else:
            yield from _word_terms(mark, word)
            if language != "zh":
                yield f"{mark}{previous} {word}"
        previous = word


def _han_terms(mark: str, word: str) -> Iterator[str]:
    """Yield the runs of characters of a Chinese clause, which hardly ever comes a second time."""
    for size in _HAN_GRAMS:
        for start in range(len(word) - size + 1):
            yield mark + word[start : start + size]


# A longer memory is no faster: 3.0 ms an article without, 2.5 with 2,048 words, 2.7 and 14 MB with 20,000 (the texts of
# pages_aeb and pages_fundus).
@lru_cache(maxsize=2048)
def _word_terms(mark: str, word: str) -> tuple[str, ...]:
    """Return a word and its pieces."""
    if mark == "zh:" or len(word) < _LEAST_TOKEN:
        return (mark + word,)
    padded = f"{word}$"
    pieces = (
        f"{mark}~{padded[start : start + size]}"
        for size in _PIECES
        for start in range(len(padded) - size + 1)
    )
    return (mark + word, *pieces)


def _phrases(hits: tuple[Hit, ...]) -> Counter[str]:
    """Count the kinds of phrases: by field, label and strength, and by the status that an event phrase carries."""
    found: Counter[str] = Counter()
    for hit in hits:
        entry = hit.entry
        found[f"{entry.field}={entry.label}/{entry.weight:g}"] += 1
        if entry.hint:
            found[f"carries={entry.label}/{entry.hint}"] += 1
    return found
