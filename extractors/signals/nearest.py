"""Which articles of a pool are most like one article, in any language, and what they share with it.

Names count first. Event types and figures refine what names say; without a name in common they say nothing. Words
count within a language only, and only as far as they exceed what the rest lets expect there: so no language is
lifted as a whole.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression, mean

from extractors.records import Article, Signals
from extractors.signals.portrait import Portrait, cosine, even, portrait, rarity, told
from extractors.signals.stems import Words, cosines, weighed

#: Weights chosen on the half of the gold sets that is for work and on the written corpus; see decision 0005.
_NAMES, _TYPES, _FIGURES, _WORDS = 0.25, 0.6, 0.5, 0.4
_LEAST_FOR_FIT = 3

Weight = Callable[[str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """An article to compare: its portrait, and its words, which are compared within its language."""

    portrait: Portrait
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near an article of the pool is, 0 to 1, and why: features of both, the heaviest first."""

    likeness: float
    entities: tuple[str, ...]
    types: tuple[str, ...]
    figures: tuple[str, ...]
    names: tuple[str, ...]


def sketch_of(article: Article, signals: Signals) -> Sketch:
    """Return `article` with these signals as it is compared."""
    words = told(article, signals.mentions)
    return Sketch(portrait=portrait(article, signals, words=words), words=weighed(words))


def nearest(sought: Sketch, pool: Sequence[Sketch], entity_weight: Weight) -> tuple[Nearness, ...]:
    """Return for each article of `pool` how near it is to `sought`, in the order of the pool.

    `entity_weight` is the rarity of an entity among all articles; that of other features is taken from the pool.
    """
    everyone = [sought, *pool]
    names = _names([one.portrait for one in everyone])
    by_name = _rarities(names)
    by_figure = _rarities([one.portrait.figures for one in everyone])
    found = [
        _about(sought.portrait, one.portrait, (names[0], names[number]), (entity_weight, by_name, by_figure))
        for number, one in enumerate(pool, start=1)
    ]
    excess = _word_excess(sought, pool, found)
    return tuple(
        Nearness(
            likeness=min(1.0, max(0.0, base + _WORDS * more)),
            entities=_shared(sought.portrait.entities, one.portrait.entities, entity_weight),
            types=_shared(sought.portrait.types, one.portrait.types, even),
            figures=_shared(sought.portrait.figures, one.portrait.figures, by_figure),
            names=_shared(names[0], names[number], by_name),
        )
        for number, (one, base, more) in enumerate(zip(pool, found, excess, strict=True), start=1)
    )


def _about(
    one: Portrait,
    other: Portrait,
    names: tuple[Mapping[str, float], Mapping[str, float]],
    weights: tuple[Weight, Weight, Weight],
) -> float:
    """Return the likeness by what is the same in every language; what the sought article lacks is left out."""
    by_entity, by_name, by_figure = weights
    parts = [
        (1.0, one.entities, other.entities, by_entity),
        (_NAMES, *names, by_name),
    ]
    whole = sum(weight for weight, left, _, _ in parts if left)
    who = sum(weight * cosine(left, right, by) for weight, left, right, by in parts) / whole if whole else 0.0
    if not who:
        return 0.0
    refining = [(_TYPES, one.types, other.types, even), (_FIGURES, one.figures, other.figures, by_figure)]
    most = sum(weight for weight, left, _, _ in refining if left)
    what = sum(weight * cosine(left, right, by) for weight, left, right, by in refining)
    return (who + what * math.sqrt(who)) / (1 + most)


def _names(portraits: Sequence[Portrait]) -> list[dict[str, float]]:
    """Return the unlisted names of each: sure ones, and capitalised words that two languages have in common."""
    languages: defaultdict[str, set[str | None]] = defaultdict(set)
    for one in portraits:
        for key in (*one.names, *one.maybe):
            languages[key].add(one.language)
    return [
        {**{key: weight for key, weight in one.maybe.items() if len(languages[key]) > 1}, **one.names}
        for one in portraits
    ]


def _word_excess(sought: Sketch, pool: Sequence[Sketch], found: Sequence[float]) -> list[float]:
    """Return how much more words are shared than the likeness `found` lets expect; 0 in another language."""
    language = sought.portrait.language
    same = [number for number, one in enumerate(pool) if language and one.portrait.language == language]
    alike = cosines(sought.words, [pool[number].words for number in same])
    shared = dict(zip(same, alike, strict=True))
    slope, level = _fit([found[number] for number in same], list(shared.values()))
    return [
        shared[number] - level - slope * base if number in shared else 0.0
        for number, base in enumerate(found)
    ]


def _fit(bases: Sequence[float], shares: Sequence[float]) -> tuple[float, float]:
    """Return slope and level of the line through the points; level where there are too few for a line."""
    if len(bases) < _LEAST_FOR_FIT or max(bases) - min(bases) < 1e-6:  # noqa: PLR2004 - equal but for rounding
        return 0.0, mean(shares) if shares else 0.0
    line = linear_regression(bases, shares)
    return line.slope, line.intercept


def _rarities(features: Sequence[Iterable[str]]) -> Weight:
    holders = Counter(key for one in features for key in one)
    weights = {key: rarity(count, len(features)) for key, count in holders.items()}
    return lambda key: weights.get(key, 1.0)


def _shared(one: Mapping[str, float], other: Mapping[str, float], weight: Weight) -> tuple[str, ...]:
    return tuple(
        sorted(one.keys() & other.keys(), key=lambda key: (-weight(key) * one[key] * other[key], key))
    )
