"""From verdicts on sentences to claims of the article: rows that are weighed, one a type or a status.

The rows hold few numbers, the same for all types and statuses, so that what is learned of them in one affair holds
in another. Place matters: `REGION_WEIGHT` says how much a sentence of the title tells more than one of the rest.
"""

from collections.abc import Sequence

import numpy as np

from extractors.records import EventType, Status
from extractors.signals.claim_model import ClaimReader, Floats, Reading, Weights
from extractors.signals.event_types import EVENT_TYPES, weigh_types
from extractors.signals.passages import REGION_WEIGHT, Passage, Region
from extractors.signals.status import STATUSES, weigh_statuses

_REGIONS: tuple[Region, ...] = ("title", "lead", "first", "rest")
#: Log-odds below this tell nothing more.
_FLOOR = -5.0
#: The weight of the words of a type is cut here: more words of a clear thing do not make it clearer.
_MOST_WEIGHT = 12.0
_HEADLINE = 2
#: What a sentence tells of the status by its place: the later ones nearly as much as the title.
_STATUS_WEIGHT = np.array([2.0, 2.0, 1.5, 1.0], dtype=np.float32)
#: What the best sentence of a type weighs by its place when one has to be picked.
_PICK = np.log(np.array([1.5, 1.2, 1.0, 0.8], dtype=np.float32))
_SEEN = np.array([1.0, 1.0, 0.9, 0.8], dtype=np.float32)
_TINY = 1e-3
#: So many kinds of news at the most; a third was never said on the gold sets, and a wrong one costs an alert.
_MOST_TYPES = 2
#: The title sums up; where lead or body say as much, their sentence is the better evidence.
_EVIDENCE: dict[Region, float] = {"title": 1.5, "lead": 2.0, "first": 1.4, "rest": 1.0}


def places(reading: Reading) -> np.ndarray:
    """Return the region of each sentence as a number: 0 title, 1 lead, 2 first paragraph, 3 rest."""
    return np.array([_REGIONS.index(passage.region) for passage in reading.passages])


def sigmoid(odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    chances: Floats = (1.0 / (1.0 + np.exp(-odds))).astype(np.float32)
    return chances


def type_rows(reading: Reading) -> Floats:
    """Return a row for each event type, 26 numbers and 15 that mark the type: is it news of the article?"""
    here = places(reading)
    chances = sigmoid(reading.types)
    total = np.zeros(len(EVENT_TYPES), dtype=np.float32)
    columns: list[Floats] = []
    for number, region in enumerate(_REGIONS):
        there = here == number
        best: Floats = reading.types[there].max(axis=0) if there.any() else _nothing()
        floored: Floats = (np.maximum(best, _FLOOR) / 3).astype(np.float32)
        columns += [floored, sigmoid(best)]
        if there.any():
            total += REGION_WEIGHT[region] * chances[there].max(axis=0)
    rest = here == len(_REGIONS) - 1
    columns.append(chances[rest].sum(axis=0))
    columns += _by_words(reading.passages)
    columns += _against_others(total)
    columns += _of_article(reading, here)
    columns += _by_whole(reading.whole)
    return np.hstack([np.stack(columns, axis=1), np.eye(len(EVENT_TYPES))]).astype(np.float32)


def _nothing() -> Floats:
    return np.full(len(EVENT_TYPES), _FLOOR, dtype=np.float32)


def _by_words(passages: Sequence[Passage]) -> list[Floats]:
    found = weigh_types(passages)
    weights = np.array([found.get(kind, 0.0) for kind in EVENT_TYPES], dtype=np.float32)
    top = weights.max()
    return [
        np.minimum(weights, _MOST_WEIGHT) / 6,
        weights / top if top else weights,
        ((weights == top) & (top > 0)).astype(np.float32),
    ]


def _against_others(total: Floats) -> list[Floats]:
    first, second = np.argsort(-total, kind="stable")[:2]
    leads = np.zeros(len(total), dtype=np.float32)
    follows = leads.copy()
    leads[first], follows[second] = 1.0, 1.0
    margin = total - total[first]
    margin[first] = total[first] - total[second]
    return [leads, follows, margin, total / 3]


def _of_article(reading: Reading, here: np.ndarray) -> list[Floats]:
    """Return what is the same for all types: whether the article brings news at all."""
    titles = [passage for passage in reading.passages if passage.region == "title"]
    opinion = any(passage.says("news", "opinion") for passage in titles)
    question = any(passage.words.endswith(("?", "？")) for passage in titles)
    title, headline, early = here == 0, here < _HEADLINE, here < len(_REGIONS) - 1
    numbers = (
        float(opinion),
        float(question),
        reading.news[title].max() / 2 if title.any() else 0.0,
        reading.news[headline].max() / 2 if headline.any() else 0.0,
        reading.news[early].mean() / 2 if early.any() else 0.0,
        reading.recalled[headline].mean() / 2 if headline.any() else 0.0,
    )
    return [np.full(len(EVENT_TYPES), number, dtype=np.float32) for number in numbers]


def _by_whole(whole: Floats) -> list[Floats]:
    ranked = np.sort(whole)[::-1]
    return [whole / 2, sigmoid(whole), whole - ranked[0], whole - ranked[1]]


def status_rows(reading: Reading, event_type: EventType, chances: Floats) -> Floats:
    """Return a row for each status, 8 numbers and 11 that mark the status: is it that of `event_type` here?

    `chances` are the status probabilities of each sentence, if it tells of the type.
    """
    here = places(reading)
    odds = reading.types[:, EVENT_TYPES.index(event_type)]
    told = sigmoid(odds)
    pick = odds + _PICK[here]
    near = np.exp(pick - pick.max())
    title = np.flatnonzero(here == 0)
    by_title = np.zeros(len(STATUSES), dtype=np.float32)
    if len(title):
        by_title = _log(chances[title[0]]) * told[title[0]]
    weights = _status_weights(reading, event_type)
    columns = [
        _mixed(chances, _STATUS_WEIGHT[here] * told),
        _mixed(chances, near),
        _mixed(chances, near * np.exp(odds - odds.max())),
        _log(chances[int(pick.argmax())]),
        by_title,
        weights / 6,
        (weights == weights.max()).astype(np.float32),
        np.log((chances * (told * _SEEN[here])[:, None]).max(axis=0) + _TINY),
    ]
    return np.hstack([np.stack(columns, axis=1), np.eye(len(STATUSES))]).astype(np.float32)


def _status_weights(reading: Reading, event_type: EventType) -> Floats:
    told = [passage for passage in reading.passages if passage.region != "rest"]
    found = weigh_statuses(told, event_type, reading.language)
    return np.array([found[status] for status in STATUSES], dtype=np.float32)


def _mixed(chances: Floats, weights: Floats) -> Floats:
    mixed: Floats = np.log(weights @ chances / (weights.sum() + _TINY) + _TINY)
    return mixed


def _log(chances: Floats) -> Floats:
    logs: Floats = np.maximum(np.log(chances + 1e-9), -6.0)
    return logs


def best_passage(reading: Reading, event_type: EventType) -> int:
    """Return the number of the sentence that tells most clearly of `event_type`; body before title where equal."""
    odds = reading.types[:, EVENT_TYPES.index(event_type)]
    evidence = np.array([_EVIDENCE[passage.region] for passage in reading.passages], dtype=np.float32)
    return int((sigmoid(odds) * evidence).argmax())


def news_types(weights: Weights, reading: Reading) -> list[tuple[EventType, float]]:
    """Return the types that are news of the article with their probabilities, the surest first; none is frequent."""
    chances = sigmoid(type_rows(reading) @ weights.types[:-1] + weights.types[-1])
    order = np.argsort(-chances, kind="stable")[:_MOST_TYPES]
    least = [weights.least, *[weights.least_further] * (_MOST_TYPES - 1)]
    return [
        (EVENT_TYPES[at], float(chances[at]))
        for at, enough in zip(order, least, strict=True)
        if chances[at] >= enough
    ]


def status_of(model: ClaimReader, reading: Reading, event_type: EventType) -> tuple[Status, float]:
    """Return the likeliest status of the article's news of `event_type`, and how likely it is."""
    rows = status_rows(reading, event_type, model.status_probabilities(reading, event_type))
    odds = rows @ model.weights.statuses
    chances = np.exp(odds - odds.max())
    at = int(odds.argmax())
    return STATUSES[at], float(chances[at] / chances.sum())
