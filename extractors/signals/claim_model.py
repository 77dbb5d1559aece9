"""The trained model of claims: weights over named features, applied with numpy.

Linear throughout, so that every verdict is a sum of features that can be named. `make train` makes the weights
from the written corpus; `candidates.py` says how the verdicts on sentences become claims of the article.
"""

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from extractors.records import EventType
from extractors.signals.event_types import EVENT_TYPES
from extractors.signals.features import cue_features, sentence_features
from extractors.signals.passages import Passage, Region
from extractors.signals.status import STATUSES

Floats = NDArray[np.float32]

_TYPES, _STATES = len(EVENT_TYPES), len(STATUSES)
#: The columns of `Weights.heads`.
TYPES = slice(0, _TYPES)
WHOLE = slice(_TYPES, 2 * _TYPES)
NEWS = 2 * _TYPES
RECALLED = NEWS + 1
BASIS = NEWS + 2
STATES = slice(BASIS + 1, BASIS + 1 + _STATES)
COLUMNS = BASIS + 1 + _STATES

#: What a sentence counts by its place when the article is read as a whole.
_WHOLE_WEIGHT: Mapping[Region, float] = {"title": 1.0, "lead": 0.7, "first": 0.45, "rest": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """All that was learned.

    `heads` has a row a feature of `terms` and the columns above: log-odds that a sentence tells of each type, that
    the article is about each type, that a sentence is news, that it is recalled, that it is hearsay, and of each
    status. `cues` has a row a feature of `cue_terms`, a column a status. `types` and `statuses` weigh the rows of
    `candidates.py`; `least` is the least probability of an article's first claim, `least_further` of others.
    """

    terms: tuple[str, ...]
    heads: Floats
    biases: Floats
    cue_terms: tuple[str, ...]
    cues: Floats
    types: Floats
    statuses: Floats
    least: float
    least_further: float

    def to_bytes(self) -> bytes:
        """Return the weights as a compressed file; the same weights give the same bytes."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            terms=_packed(self.terms),
            heads=self.heads.astype(np.float16),
            biases=self.biases,
            cue_terms=_packed(self.cue_terms),
            cues=self.cues.astype(np.float16),
            types=self.types,
            statuses=self.statuses,
            least=np.array([self.least, self.least_further]),
        )
        return out.getvalue()


def weights_from(data: bytes) -> Weights:
    """Return the weights of a file that `Weights.to_bytes` made."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return Weights(
            terms=_unpacked(file["terms"]),
            heads=file["heads"].astype(np.float32),
            biases=file["biases"],
            cue_terms=_unpacked(file["cue_terms"]),
            cues=file["cues"].astype(np.float32),
            types=file["types"],
            statuses=file["statuses"],
            least=float(file["least"][0]),
            least_further=float(file["least"][1]),
        )


def _packed(names: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What the model makes of an article: a row a sentence, log-odds throughout.

    `types` is (sentences, 15), `states` (sentences, 11) before the cues of a type are known, `whole` (15) by all
    sentences together; `news`, `recalled` and `hearsay` are (sentences).
    """

    language: str
    passages: tuple[Passage, ...]
    types: Floats
    whole: Floats
    news: Floats
    recalled: Floats
    hearsay: Floats
    states: Floats


class ClaimReader(Protocol):
    """What reads sentences for claims: the product's own `ClaimModel`, or one with embeddings or a language model.

    Whatever it finds is a number for a sentence of the text: a claim always has its evidence. `weights` says how
    verdicts on sentences become claims (`Weights.types`, `statuses` and the least probabilities). Equal passages have
    to give equal arrays; a reader that fails raises, and the article counts as failed.
    """

    @property
    def weights(self) -> Weights:
        """The weights of the second step."""
        ...

    def read(self, passages: Sequence[Passage], language: str) -> Reading:
        """Return log-odds for each of `passages`, which are at least one; shapes as in `Reading`."""
        ...

    def status_probabilities(self, reading: Reading, event_type: EventType) -> Floats:
        """Return (sentences, 11): in which status each sentence tells of `event_type`; rows add up to 1."""
        ...


class ClaimModel:
    """Applies weights to sentences; holds no state between articles."""

    def __init__(self, weights: Weights) -> None:
        """Index the features of `weights`."""
        self._weights = weights
        self._rows = {term: row for row, term in enumerate(weights.terms)}
        self._cue_rows = {term: row for row, term in enumerate(weights.cue_terms)}

    @property
    def weights(self) -> Weights:
        """What was learned."""
        return self._weights

    def read(self, passages: Sequence[Passage], language: str) -> Reading:
        """Return what the model makes of `passages`, which are at least one."""
        sums = np.stack([self._weigh(passage, language) for passage in passages])
        odds = sums + self.weights.biases
        shares = shares_of(passages)
        return Reading(
            language=language,
            passages=tuple(passages),
            types=odds[:, TYPES],
            whole=(shares @ sums[:, WHOLE]) + self.weights.biases[WHOLE],
            news=odds[:, NEWS],
            recalled=odds[:, RECALLED],
            hearsay=odds[:, BASIS],
            states=odds[:, STATES],
        )

    def status_probabilities(self, reading: Reading, event_type: EventType) -> Floats:
        """Return (sentences, 11): in which status each sentence tells of `event_type`, if it does."""
        odds = reading.states.copy()
        for row, passage in enumerate(reading.passages):
            for name, value in cue_features(passage, event_type, reading.language).items():
                at = self._cue_rows.get(name)
                if at is not None:
                    odds[row] += value * self.weights.cues[at]
        odds -= odds.max(axis=1, keepdims=True)
        shares = np.exp(odds)
        chances: Floats = shares / shares.sum(axis=1, keepdims=True)
        return chances

    def contributions(self, passage: Passage, language: str, column: int) -> list[tuple[str, float]]:
        """Return the features of a sentence with what each adds to one column of the heads, the strongest first."""
        found = sentence_features(passage.words, language, passage.hits)
        added = [
            (name, value * float(self.weights.heads[self._rows[name], column]))
            for name, value in found.items()
            if name in self._rows
        ]
        return sorted(added, key=lambda one: (-abs(one[1]), one[0]))

    def _weigh(self, passage: Passage, language: str) -> Floats:
        found = sentence_features(passage.words, language, passage.hits)
        known = [(row, value) for name, value in found.items() if (row := self._rows.get(name)) is not None]
        if not known:
            return np.zeros(COLUMNS, dtype=np.float32)
        known.sort()  # sums of floats depend on the order, and sets of words have none
        rows, values = zip(*known, strict=True)
        weighed: Floats = np.array(values, dtype=np.float32) @ self.weights.heads[list(rows)]
        return weighed


def shares_of(passages: Sequence[Passage]) -> Floats:
    """Return what each sentence counts in the whole: by its place, and less the more share the place."""
    counts = Counter(passage.region for passage in passages)
    return np.array(
        [_WHOLE_WEIGHT[one.region] / counts[one.region] ** 0.5 for one in passages], dtype=np.float32
    )


@cache
def claim_model() -> ClaimModel:
    """Return the model with the weights that the package brings, loaded once a process."""
    file = resources.files("extractors.signals") / "weights" / "claims.npz"
    return ClaimModel(weights_from(file.read_bytes()))
