"""Which event types an article is about: the words found, weighed by strength and place.

The weights of places follow earlier trials; the thresholds were set on half of the stories of the gold sets and
on short articles written for the tests. They lie on a plateau: a quarter more or less moves F1 by about .01.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
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

#: Least total weight of news: a plain word of the first paragraph with some support reaches it.
_LEAST = 1.5
#: The weight of a phrase of the list `words`; below are loose words that go with many events.
_PLAIN = 1.0
#: So many loose words in title and lead state a type as well.
_MANY = 2.0
#: What a second type needs: a share of the leading one’s weight, and clauses of its own in title or lead that
#: weigh as much as one outright phrase in the lead.
_LEAST_SHARE = 0.35
_LEAST_OWN = 4.0
_CLAUSE = re.compile(
    r"[,;:–—、，；：。]\s|[，；：、。！？]| and | but | as | after | und | aber | nach | doch "
)


def strength(passage: Passage, event_type: str) -> float:
    """Return how strongly one sentence speaks of `event_type`: 0 not at all, 2 outright."""
    weights: dict[tuple[int, int], float] = {}
    for hit in passage.of("event", event_type):
        place = (hit.start, hit.stop)
        weights[place] = max(weights.get(place, 0.0), hit.entry.weight)
    ranked = sorted(weights.values(), reverse=True)
    return sum(weight * share for weight, share in zip(ranked, _FURTHER, strict=False))


def recalls(passage: Passage) -> bool:
    """Say whether the sentence has a cue that it tells of the past or of others."""
    return passage.part != "title" and passage.says("news", "background")


def weigh_types(passages: Iterable[Passage]) -> dict[EventType, float]:
    """Return the weight of every event type that has any; title, lead, first paragraph and rest each once."""
    regions: dict[Region, list[Passage]] = {}
    for passage in passages:
        regions.setdefault(passage.region, []).append(passage)
    weights = {kind: _total(regions, kind) for kind in EVENT_TYPES}
    return {kind: weight for kind, weight in weights.items() if weight > 0}


def _total(regions: Mapping[Region, Sequence[Passage]], event_type: EventType) -> float:
    total = 0.0
    for region, passages in regions.items():
        ranked = sorted((_kept(passage, event_type) for passage in passages), reverse=True)
        best = ranked[0] + _SECOND_SENTENCE * (ranked[1] if len(ranked) > 1 else 0.0)
        total += REGION_WEIGHT[region] * best
    return total


def _kept(passage: Passage, event_type: EventType) -> float:
    kept = _RECALLED if recalls(passage) else 1.0
    return kept * strength(passage, event_type)


def choose_types(weights: Mapping[EventType, float], passages: Sequence[Passage]) -> tuple[EventType, ...]:
    """Return the types that are the news: none, one, or two, the strongest first.

    Each is stated by more than a loose word or two.
    The second needs a clause of its own in title, lead or first paragraph that states it and not the first; the
    factory that a cooperation is about is no second piece of news.
    """
    stated = [kind for kind in weights if weights[kind] >= _MANY or _is_stated(passages, kind)]
    ranked = sorted(stated, key=lambda kind: (-weights[kind], EVENT_TYPES.index(kind)))
    if not ranked or weights[ranked[0]] < _LEAST:
        return ()
    leader = ranked[0]
    for second in ranked[1:3]:
        if weights[second] < _LEAST_SHARE * weights[leader]:
            break
        if _own_weight(passages, second, leader) >= _LEAST_OWN:
            return leader, second
    return (leader,)


def _is_stated(passages: Iterable[Passage], event_type: EventType) -> bool:
    """Say whether more than loose words speak of the type before the rest of the text."""
    early = (passage for passage in passages if passage.region != "rest")
    return any(hit.entry.weight >= _PLAIN for passage in early for hit in passage.of("event", event_type))


def _own_weight(passages: Iterable[Passage], second: EventType, leader: EventType) -> float:
    """Return what the clauses that are about `second` rather than `leader` weigh in title, lead, first paragraph."""
    return sum(
        REGION_WEIGHT[passage.region] * max(_clause_weights(passage, second, leader), default=0.0)
        for passage in passages
        if passage.region in ("title", "lead")
    )


def _clause_weights(passage: Passage, second: EventType, leader: EventType) -> Iterator[float]:
    borders = [0, *(match.start() for match in _CLAUSE.finditer(passage.words)), len(passage.words)]
    for start, stop in pairwise(borders):
        own, led = (_strongest(passage, kind, start, stop) for kind in (second, leader))
        if own > led:
            yield own


def _strongest(passage: Passage, event_type: EventType, start: int, stop: int) -> float:
    within = (hit for hit in passage.of("event", event_type) if start <= hit.stop - 1 < stop)
    return max((hit.entry.weight for hit in within), default=0.0)
