"""How strongly the words of an article speak of each event type, by the lexicon alone: what the model starts from.

The weights of places follow earlier trials; they lie on a plateau: a quarter more or less moves F1 by about .01.
"""

from collections.abc import Iterable
from typing import get_args

from extractors.records import EventType
from extractors.signals.passages import REGION_WEIGHT, Passage, Region

#: In order of the vocabulary; decides between equals, so that the same text gives the same claims.
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

#: Several words of one type in a sentence count less and less: the first in full, then these shares.
_FURTHER = (1.0, 0.35, 0.2, 0.1)
#: A second sentence of a region counts by this share of its strength.
_SECOND_SENTENCE = 0.3
#: What a sentence that recalls keeps of its strength; in the title nothing is recalled.
_RECALLED = 0.4


def strengths(passage: Passage) -> dict[str, float]:
    """Return how strongly one sentence speaks of each event type that it has words of: 2 is outright."""
    places: dict[str, dict[tuple[int, int], float]] = {}
    for hit in passage.of("event"):
        weights = places.setdefault(hit.entry.label, {})
        place = (hit.start, hit.stop)
        weights[place] = max(weights.get(place, 0.0), hit.entry.weight)
    return {
        label: sum(
            weight * share
            for weight, share in zip(sorted(weights.values(), reverse=True), _FURTHER, strict=False)
        )
        for label, weights in places.items()
    }


def recalls(passage: Passage) -> bool:
    """Say whether the sentence has a cue that it tells of the past or of others."""
    return passage.part != "title" and passage.says("news", "background")


def weigh_types(passages: Iterable[Passage]) -> dict[EventType, float]:
    """Return the weight of every event type that has any; title, lead, first paragraph and rest each once."""
    regions: dict[Region, dict[str, list[float]]] = {}
    for passage in passages:
        kept = _RECALLED if recalls(passage) else 1.0
        found = regions.setdefault(passage.region, {})
        for label, strength in strengths(passage).items():
            found.setdefault(label, []).append(kept * strength)
    weights: dict[EventType, float] = {}
    for region, labels in regions.items():
        for kind in EVENT_TYPES:
            if kind in labels:
                ranked = sorted(labels[kind], reverse=True)
                best = ranked[0] + _SECOND_SENTENCE * (ranked[1] if len(ranked) > 1 else 0.0)
                weights[kind] = weights.get(kind, 0.0) + REGION_WEIGHT[region] * best
    return weights
