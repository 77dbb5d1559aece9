"""Weights from examples: logistic regressions, first over sentences, then over the rows of `candidates.py`."""

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from extractors.signals import claim_model as columns
from extractors.signals.candidates import status_rows, type_rows
from extractors.signals.claim_model import COLUMNS, ClaimModel, Floats, Weights
from extractors.signals.event_types import EVENT_TYPES
from extractors.signals.features import cue_features
from extractors.signals.status import STATUSES
from tests.training.examples import ArticleExample, Example

#: A feature seen less often teaches nothing that carries over.
LEAST_SEEN = 3
#: So many features are kept, those with the largest weights: more moved F1 by less than .005 (leave-affairs-out).
MOST_FEATURES = 30_000
#: Inverse strengths of the penalty: a plateau between a quarter and four times as much.
_TYPES_C, _WHOLE_C, _MODES_C, _STATUS_C, _BASIS_C, _ROWS_C = 4.0, 2.0, 1.0, 2.0, 1.0, 1.0
#: What a sentence of the later text counts against one of title, lead or first paragraph.
_REST_COUNTS = 0.7
_LEAST_EXAMPLES = 3
_NEVER = -6.0
_INNER_FOLDS = 4
#: F1 on the corpus is known no better than this.
_NEAR_BEST = 0.005
_THRESHOLDS = np.arange(0.2, 0.81, 0.04)

Matrix = csr_matrix
Bools = NDArray[np.bool_]


def fold_of(key: str, folds: int) -> int:
    """Return the fold of an affair: by its name, so that a new affair moves no other."""
    return zlib.crc32(key.encode()) % folds


def train(articles: Sequence[ArticleExample], sentences: Sequence[Example]) -> Weights:
    """Return the weights for `articles` and `sentences`.

    The rows that the second step learns from come from models that have not seen their affair: verdicts on texts
    that were learned by heart would look surer than they are.
    """
    rows: list[_Rows] = []
    for fold in range(_INNER_FOLDS):
        rest = [one for one in articles if fold_of(one.labelled.affair, _INNER_FOLDS) != fold]
        held = [one for one in articles if fold_of(one.labelled.affair, _INNER_FOLDS) == fold]
        if held:
            model = ClaimModel(fit_sentences(rest or articles, sentences))
            rows += [_rows(model, one) for one in held if one.examples]
    return fit_rows(fit_sentences(articles, sentences), rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """What the second step sees of an article."""

    article: ArticleExample
    types: Floats
    statuses: tuple[tuple[str, Floats], ...]


def _rows(model: ClaimModel, article: ArticleExample) -> _Rows:
    reading = model.read([one.passage for one in article.examples], article.language)
    return _Rows(
        article=article,
        types=type_rows(reading),
        statuses=tuple(
            (
                claim.status,
                status_rows(reading, claim.event_type, model.status_probabilities(reading, claim.event_type)),
            )
            for claim in article.labelled.claims
        ),
    )


def fit_sentences(articles: Sequence[ArticleExample], sentences: Sequence[Example]) -> Weights:
    """Return the weights of the first step; those of the second are zero."""
    examples = [example for article in articles for example in article.examples] + list(sentences)
    terms = _known([example.features for example in examples])
    features = _matrix([example.features for example in examples], terms)
    heads = np.zeros((len(terms), COLUMNS), dtype=np.float32)
    biases = np.zeros(COLUMNS, dtype=np.float32)

    def put(column: int, fitted: tuple[Floats, float]) -> None:
        heads[:, column], biases[column] = fitted

    counts = np.array([_REST_COUNTS if one.passage.region == "rest" else 1.0 for one in examples])
    for number, kind in enumerate(EVENT_TYPES):
        right = np.array([kind in one.types for one in examples])
        sure = np.array([kind not in one.unsure for one in examples])
        put(number, _binary(features, right, counts * sure, _TYPES_C))
    modes = np.array([one.mode for one in examples])
    put(columns.NEWS, _binary(features, modes == "news", counts, _MODES_C))
    told = np.isin(modes, ("news", "recalled")).astype(float)
    put(columns.RECALLED, _binary(features, modes == "recalled", told, _MODES_C))
    hearsay = np.array([any(basis == "unconfirmed" for _, _, basis in one.told) for one in examples])
    known = np.array([any(basis for _, _, basis in one.told) for one in examples], dtype=float)
    put(columns.BASIS, _binary(features, hearsay, known, _BASIS_C))
    _put_whole(put, features, articles, sentences)
    cue_terms, cues = _fit_statuses(heads, biases, features, examples)
    return _pruned(
        Weights(
            terms=terms,
            heads=heads,
            biases=biases,
            cue_terms=cue_terms,
            cues=cues,
            types=np.zeros(0, dtype=np.float32),
            statuses=np.zeros(0, dtype=np.float32),
            least=1.0,
            least_further=1.0,
        )
    )


def _put_whole(
    put: Callable[[int, tuple[Floats, float]], None],
    features: Matrix,
    articles: Sequence[ArticleExample],
    sentences: Sequence[Example],
) -> None:
    """Fit the heads that read an article as one text; a sentence of its own is a text as well."""
    groups: list[tuple[list[int], Floats]] = []
    at = 0
    for article in articles:
        shares = columns.shares_of([one.passage for one in article.examples])
        groups.append((list(range(at, at + len(shares))), shares))
        at += len(shares)
    groups += [([at + number], np.ones(1, dtype=np.float32)) for number in range(len(sentences))]
    rows = [row for row, (members, _) in enumerate(groups) for _ in members]
    members = [member for several, _ in groups for member in several]
    values = np.concatenate([shares for _, shares in groups])
    wholes = csr_matrix((values, (rows, members)), shape=(len(groups), features.shape[0])) @ features
    types = [one.types for one in articles]
    types += [one.types if one.mode == "news" else frozenset() for one in sentences]
    unsure = [one.unsure for one in articles] + [frozenset()] * len(sentences)
    for number, kind in enumerate(EVENT_TYPES):
        right = np.array([kind in one for one in types])
        sure = np.array([kind not in one for one in unsure], dtype=float)
        put(columns.WHOLE.start + number, _binary(wholes, right, sure, _WHOLE_C))


def _fit_statuses(
    heads: Floats, biases: Floats, features: Matrix, examples: Sequence[Example]
) -> tuple[tuple[str, ...], Floats]:
    """Fit the status heads on every claim of every sentence, together with the cues of its type."""
    told = [(row, kind, status) for row, one in enumerate(examples) for kind, status, _ in one.told]
    found = [dict(cue_features(examples[row].passage, kind, examples[row].language)) for row, kind, _ in told]
    cue_terms = _known(found)
    both = hstack([features[[row for row, _, _ in told]], _matrix(found, cue_terms)]).tocsr()
    model = LogisticRegression(C=_STATUS_C, max_iter=300)
    model.fit(both, np.array([STATUSES.index(status) for _, _, status in told]))
    cues = np.zeros((len(cue_terms), len(STATUSES)), dtype=np.float32)
    biases[columns.STATES] = _NEVER
    for row, status in enumerate(model.classes_):
        heads[:, columns.STATES.start + status] = model.coef_[row, : features.shape[1]]
        cues[:, status] = model.coef_[row, features.shape[1] :]
        biases[columns.STATES.start + status] = model.intercept_[row]
    return cue_terms, cues


def fit_rows(weights: Weights, rows: Sequence[_Rows]) -> Weights:
    """Return `weights` with those of the second step and the least probability, learned from `rows`."""
    table = np.vstack([one.types for one in rows])
    right = np.array([kind in one.article.types for one in rows for kind in EVENT_TYPES])
    sure = np.array([kind not in one.article.unsure for one in rows for kind in EVENT_TYPES])
    fitted, bias = _binary(table, right, sure.astype(float), _ROWS_C)
    types = np.append(fitted, np.float32(bias))
    chances = 1 / (1 + np.exp(-(table @ fitted + bias)))
    told = [(STATUSES.index(status), table) for one in rows for status, table in one.statuses]
    shape = (len(rows), len(EVENT_TYPES))
    least, further = _thresholds(chances.reshape(shape), right.reshape(shape), sure.reshape(shape))
    return replace(
        weights,
        types=types.astype(np.float32),
        statuses=_softmax(np.stack([table for _, table in told]), np.array([status for status, _ in told])),
        least=least,
        least_further=further,
    )


def _thresholds(chances: Floats, right: Bools, sure: Bools) -> tuple[float, float]:
    """Return the least probability of the first and of further claims; rows are articles.

    Of all that come near the best F1 the lowest: a claim too many mostly repeats what is known, one missed is lost.
    """
    first = np.zeros_like(right)
    first[np.arange(len(chances)), chances.argmax(axis=1)] = True

    def f1(least: tuple[float, float]) -> float:
        said = (chances >= np.where(first, *least)) & sure
        return float(2 * (said & right).sum() / max(1, said.sum() + right.sum()))

    grid = [(float(one), float(two)) for one in _THRESHOLDS for two in _THRESHOLDS if two >= one]
    best = max(f1(least) for least in grid)
    return min(least for least in grid if f1(least) >= best - _NEAR_BEST)


def _softmax(tables: Floats, right: NDArray[np.int64]) -> Floats:
    """Return one weight a column for tables of (cases, statuses, columns): conditional logit, L2 penalty."""
    cases = np.arange(len(right))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = tables @ weights
        odds -= odds.max(axis=1, keepdims=True)
        chances = np.exp(odds)
        chances /= chances.sum(axis=1, keepdims=True)
        missed = -np.log(chances[cases, right] + 1e-12).sum() + (weights**2).sum() / (2 * _ROWS_C)
        slope = np.einsum("csk,cs->k", tables, chances) - tables[cases, right].sum(axis=0)
        return float(missed), slope + weights / _ROWS_C

    found = minimize(loss, np.zeros(tables.shape[2]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float32)


def _binary(
    features: Matrix | Floats, right: Bools, counts: NDArray[np.float64], strength: float
) -> tuple[Floats, float]:
    """Return weights and bias of one logistic regression; never, where there are hardly any examples."""
    used = counts > 0
    positive = right[used].sum()
    if positive < _LEAST_EXAMPLES or positive > used.sum() - _LEAST_EXAMPLES:
        return np.zeros(features.shape[1], dtype=np.float32), _NEVER
    model = LogisticRegression(C=strength, max_iter=300)
    model.fit(features[used], right[used], sample_weight=counts[used])
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def _known(found: Sequence[dict[str, float]]) -> tuple[str, ...]:
    """Return the names seen often enough, in alphabetical order."""
    seen = Counter(name for one in found for name in one)
    return tuple(sorted(name for name, times in seen.items() if times >= LEAST_SEEN))


def _matrix(found: Sequence[dict[str, float]], names: tuple[str, ...]) -> Matrix:
    number = {name: at for at, name in enumerate(names)}
    rows, places, values = [], [], []
    for row, one in enumerate(found):
        for name, value in one.items():
            at = number.get(name)
            if at is not None:
                rows.append(row)
                places.append(at)
                values.append(value)
    return csr_matrix((values, (rows, places)), shape=(len(found), len(names)), dtype=np.float64)


def _pruned(weights: Weights) -> Weights:
    """Return `weights` without the features that say least."""
    if len(weights.terms) <= MOST_FEATURES:
        return weights
    largest = np.abs(weights.heads).max(axis=1)
    kept = np.sort(np.argsort(-largest, kind="stable")[:MOST_FEATURES])
    return replace(weights, terms=tuple(weights.terms[at] for at in kept), heads=weights.heads[kept])
