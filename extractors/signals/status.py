"""In which state a claim says the matter is: cues near the event words, and what is usual for its type."""

from collections.abc import Sequence
from typing import get_args

from extractors.records import EventType, Status
from extractors.signals.passages import REGION_WEIGHT, Passage, weight_of_regions

STATUSES: tuple[Status, ...] = get_args(Status)

#: What a cue of each status weighs: the rarer and clearer the word, the more. "Was" and "has" say little.
_CUE: dict[Status, float] = {
    "considered": 1.0,
    "talks": 1.3,
    "planned": 0.8,
    "applied": 1.1,
    "agreed": 0.9,
    "approved": 1.0,
    "started": 0.6,
    "completed": 0.6,
    "delayed": 1.3,
    "denied": 2.0,
    "ended": 1.0,
}

#: The status that a claim of the type has when its words say nothing: the conventions of the labels (shown or
#: announced is planned, an appointment or a suit has started, results and accidents are completed).
USUAL: dict[EventType, Status] = {
    "partnership": "agreed",
    "stake": "agreed",
    "investment": "planned",
    "licence": "approved",
    "plant": "planned",
    "product": "planned",
    "production": "started",
    "orders": "completed",
    "supply": "agreed",
    "personnel": "started",
    "finance": "completed",
    "legal": "started",
    "safety": "completed",
    "regulation": "planned",
    "market": "planned",
}
#: Its weight, as a share of what the sentences that are read weigh.
_USUAL_SHARE = 0.5
#: What an event phrase that carries a status itself weighs.
_HINT = 2.5
#: What a cue far from the event words keeps.
_FAR_SHARE = 0.3
#: Statuses that a type hardly ever has, with what their cues keep: nobody "agrees" an accident.
_RARE: dict[Status, tuple[float, frozenset[EventType]]] = {
    "approved": (0.2, frozenset({"licence", "regulation", "stake", "product", "plant"})),
    "applied": (0.15, frozenset({"licence", "finance", "supply", "legal"})),
    "agreed": (
        0.3,
        frozenset({"partnership", "stake", "supply", "plant", "legal", "personnel", "regulation"}),
    ),
    "talks": (
        0.3,
        frozenset(
            {"partnership", "stake", "supply", "plant", "finance", "personnel", "licence", "regulation"}
        ),
    ),
    "considered": (
        0.6,
        frozenset({"partnership", "stake", "plant", "finance", "investment", "regulation", "market"}),
    ),
}


def weigh_statuses(passages: Sequence[Passage], event_type: EventType, language: str) -> dict[Status, float]:
    """Return the weight of each status for a claim of `event_type`, over the sentences given."""
    weights = dict.fromkeys(STATUSES, 0.0)
    weights[USUAL[event_type]] = _USUAL_SHARE * weight_of_regions(passages)
    for passage in passages:
        for status, weight in _in_sentence(passage, event_type, language).items():
            weights[status] += REGION_WEIGHT[passage.region] * weight
    return weights


def _in_sentence(passage: Passage, event_type: EventType, language: str) -> dict[Status, float]:
    """Return the best word for each status: a sentence says a thing once, however many words it takes."""
    found: dict[Status, float] = {}
    for hit in passage.of("event", event_type):
        if hit.entry.hint:
            found[hit.entry.hint] = _HINT
    for hit, close in passage.status_cues(event_type, language):
        status: Status = hit.entry.label  # type: ignore[assignment]  # the lists hold statuses only; a test says so
        weight = _cue_weight(status, event_type) * (1.0 if close else _FAR_SHARE)
        found[status] = max(found.get(status, 0.0), weight) + (weight / 4 if status in found else 0.0)
    return found


def _cue_weight(status: Status, event_type: EventType) -> float:
    share, usual = _RARE.get(status, (1.0, frozenset()))
    return _CUE[status] * (1.0 if not usual or event_type in usual else share)
