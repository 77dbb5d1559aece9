"""On whose word a claim rests: a party, an authority, a document — or unnamed sources, analysts, the outlet."""

from collections.abc import Sequence

from extractors.records import Basis, EventType, Status
from extractors.signals.passages import REGION_WEIGHT, Passage, weight_of_regions

#: Weight of the state of the matter: what is only considered or talked about is seldom said by a party, what
#: is denied always is by somebody who should know.
_BY_STATUS: dict[Status, float] = {
    "considered": 3.0,
    "talks": 2.5,
    "denied": -6.0,
    "completed": -1.5,
    "started": -1.5,
    "ended": -1.0,
    "applied": -1.0,
}
#: Event types that anybody can see, or that only parties report.
_BY_TYPE: dict[EventType, float] = {"finance": -2.0, "orders": -2.0, "safety": -1.0, "product": -1.5}
#: Without any cue a claim is taken as official: newspapers mark hearsay, not fact.
_MARGIN = 1.0
#: The weights above hold for title, lead and first paragraph, which weigh so much together.
_WHOLE = 6.0
#: Several cues in one sentence: the second counts by this share.
_SECOND_CUE = 0.4
_MOST = 2.0
_OFFICIAL_SHARE = 0.7
_QUESTION = 1.5
#: What a named medium as origin weighs: its news is on another's word.
_CITED = 2.0


def choose_basis(
    passages: Sequence[Passage], event_type: EventType, status: Status, *, cited: bool = False
) -> Basis:
    """Return `unconfirmed` where the cues of hearsay outweigh those of parties, authorities and documents.

    `cited`: the article names another medium as the origin of its news.
    """
    usual = _BY_STATUS.get(status, 0.0) + _BY_TYPE.get(event_type, 0.0) + (_CITED if cited else 0.0)
    scale = weight_of_regions(passages) / _WHOLE
    balance = usual * scale
    for passage in passages:
        hearsay = _cues(passage, "unconfirmed")
        if passage.region == "title" and passage.words.endswith(("?", "？")):
            hearsay += _QUESTION
        balance += REGION_WEIGHT[passage.region] * (hearsay - _OFFICIAL_SHARE * _cues(passage, "official"))
    return "unconfirmed" if balance > _MARGIN * scale else "official"


def _cues(passage: Passage, basis: Basis) -> float:
    """Return how strongly the sentence points to `basis`: 1 for a plain cue, at most 2 for many."""
    ranked = sorted((hit.entry.weight for hit in passage.of("basis", basis)), reverse=True)
    return min(sum(ranked[:1]) + _SECOND_CUE * sum(ranked[1:]), _MOST)
