"""Why an article has the claims it has: what speaks for type, status, basis and news, and how strongly.

Nothing is decided here. The decisions are read again with the same model and rules, and taken apart: the model is
linear in the features of a sentence, and what a place of the article adds is what its absence would take away.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractors.records import Article, Basis, Citation, Claim, EventType, Signals, Status
from extractors.signals.basis import choose_basis
from extractors.signals.candidates import sigmoid, status_rows, type_rows
from extractors.signals.claim_model import STATES, TYPES, ClaimModel, Floats, Reading, claim_model
from extractors.signals.claims import within
from extractors.signals.event_types import EVENT_TYPES, recalls
from extractors.signals.feature_words import Reason, phrase, reasons_of
from extractors.signals.features import cue_features
from extractors.signals.naming import Dropped, NameReason, Naming
from extractors.signals.passages import REGION_WEIGHT, Passage, Region
from extractors.signals.relevance import ListReason, relevance_reasons
from extractors.signals.status import STATUSES
from extractors.signals.tagger import Tagger
from extractors.watch import Watch

#: So many reasons are told of one decision, and so many of them are words.
MOST_REASONS = 8
_MOST_WORDS = 5
_PLACES: dict[Region, str] = {
    "title": "the title",
    "lead": "the lead",
    "first": "the first paragraph",
    "rest": "the rest of the text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One verdict with its reasons, the strongest first.

    `probability` is None where a rule decides without one. `runner_up` is what it would have been otherwise, None
    where there was no other.
    """

    verdict: str
    probability: float | None
    reasons: tuple[Reason, ...]
    runner_up: str | None = None
    runner_up_probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReasons:
    """Why a claim is what it is, by today's rules.

    Each decision holds what today's rules say of its sentence, which for a claim of older rules may differ from it.
    """

    event_type: Decision
    status: Decision
    basis: Decision
    news: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What today's rules find in an article and why.

    `mentions` has a reason for each of `signals.mentions`; `dropped` are names that are no mention. `relevance` has a
    row for each list of `all_of`.
    """

    signals: Signals
    mentions: tuple[NameReason, ...]
    dropped: tuple[Dropped, ...]
    relevance: tuple[ListReason, ...]


class Explainer:
    """Explains the articles of one watch; made once, holds no state between articles."""

    def __init__(self, watch: Watch) -> None:
        """Compile what `watch` asks for, as a tagger does."""
        self._watch = watch
        self._tagger = Tagger(watch)
        self._naming = Naming(watch)
        self._model = claim_model()

    def explain(self, article: Article) -> Explanation:
        """Return what today's rules find in `article`, with the reasons for its names and its relevance."""
        signals = self._tagger.tag(article)
        return Explanation(
            signals=signals,
            mentions=self._naming.reasons(article, signals.mentions),
            dropped=self._naming.dropped(article, signals.mentions),
            relevance=relevance_reasons(self._watch, article, signals),
        )

    def claim_reasons(
        self, article: Article, claims: Sequence[Claim], citations: Iterable[Citation]
    ) -> tuple[ClaimReasons | None, ...]:
        """Return the reasons for each of `claims`; None where its sentence is not read for claims today."""
        reading = self._tagger.claims.read(article)
        if reading is None:
            return (None,) * len(claims)
        cited = any(citation.origin.startswith("media:") for citation in citations)
        told = _Told(self._model, reading, cited=cited)
        return tuple(told.reasons(claim) for claim in claims)


class _Told:
    """One article as the model reads it, whole and without each of its places."""

    def __init__(self, model: ClaimModel, reading: Reading, *, cited: bool) -> None:
        self._model = model
        self._reading = reading
        self._cited = cited
        self._without = {
            region: model.read(others, reading.language)
            for region in _PLACES
            if (others := [one for one in reading.passages if one.region != region])
            and len(others) < len(reading.passages)
        }

    def reasons(self, claim: Claim) -> ClaimReasons | None:
        row = self._row(claim)
        if row is None:
            return None
        passage = self._reading.passages[row]
        return ClaimReasons(
            event_type=self._type(claim.event_type, row, is_news=claim.is_news),
            status=self._status(claim.event_type, claim.status, row, is_news=claim.is_news),
            basis=self._basis(claim, passage),
            news=self._news(claim.event_type, passage),
        )

    def _row(self, claim: Claim) -> int | None:
        """Return the number of the sentence that `claim` stands in, None where none is read there."""
        rows = (row for row, one in enumerate(self._reading.passages) if within(claim, one))
        return next(rows, None)

    def _type(self, event_type: EventType, row: int, *, is_news: bool) -> Decision:
        """Explain the type: of the article's news by sentence and places, of a recalled sentence by itself."""
        passage, at = self._reading.passages[row], EVENT_TYPES.index(event_type)
        found = self._model.contributions(passage, self._reading.language, TYPES.start + at)
        words = reasons_of(passage, found, _MOST_WORDS if is_news else MOST_REASONS)
        chances = sigmoid(self._type_odds(self._reading) if is_news else self._reading.types[row])
        places = self._by_place(lambda one: float(self._type_odds(one)[at])) if is_news else ()
        other = int(np.where(np.arange(len(chances)) == at, -1.0, chances).argmax())
        return Decision(
            verdict=event_type,
            probability=round(float(chances[at]), 3),
            reasons=(*words, *places)[:MOST_REASONS],
            runner_up=EVENT_TYPES[other],
            runner_up_probability=round(float(chances[other]), 3),
        )

    def _type_odds(self, reading: Reading) -> Floats:
        weights = self._model.weights.types
        odds: Floats = type_rows(reading) @ weights[:-1] + weights[-1]
        return odds

    def _by_place(self, measure: Callable[[Reading], float]) -> tuple[Reason, ...]:
        """Return what each place of the article adds to `measure`: what is lost without it."""
        whole = measure(self._reading)
        found = [
            Reason(kind="place", what=_PLACES[region], weight=round(whole - measure(without), 3))
            for region, without in self._without.items()
        ]
        return tuple(sorted((one for one in found if one.weight), key=lambda one: -abs(one.weight)))

    def _status(self, event_type: EventType, status: Status, row: int, *, is_news: bool) -> Decision:
        """Explain the status against the one that comes next: only what tells the two apart is a reason."""
        odds = self._status_odds(self._reading, event_type, None if is_news else row)
        chances = np.exp(odds - odds.max())
        chances = chances / chances.sum()
        at = STATUSES.index(status)
        other = int(np.where(np.arange(len(chances)) == at, -1.0, chances).argmax())
        passage = self._reading.passages[row]
        words = reasons_of(
            passage,
            self._apart(passage, event_type, at, other),
            _MOST_WORDS if is_news else MOST_REASONS,
        )

        def margin(reading: Reading) -> float:
            found = self._status_odds(reading, event_type, None)
            return float(found[at] - found[other])

        return Decision(
            verdict=status,
            probability=round(float(chances[at]), 3),
            reasons=(*words, *(self._by_place(margin) if is_news else ()))[:MOST_REASONS],
            runner_up=STATUSES[other],
            runner_up_probability=round(float(chances[other]), 3),
        )

    def _status_odds(self, reading: Reading, event_type: EventType, row: int | None) -> Floats:
        """Return the log-odds of the statuses: of the article's news, of one sentence where `row` is given."""
        chances = self._model.status_probabilities(reading, event_type)
        if row is not None:
            alone: Floats = np.log(chances[row] + 1e-9)
            return alone
        odds: Floats = status_rows(reading, event_type, chances) @ self._model.weights.statuses
        return odds

    def _apart(self, passage: Passage, event_type: EventType, at: int, other: int) -> list[tuple[str, float]]:
        """Return the features of a sentence with what each adds to one status more than to the other."""
        language = self._reading.language
        mine = self._model.contributions(passage, language, STATES.start + at)
        against = dict(self._model.contributions(passage, language, STATES.start + other))
        found = [(name, weight - against.get(name, 0.0)) for name, weight in mine]
        weights = self._model.weights
        rows = {name: row for row, name in enumerate(weights.cue_terms)}
        for name, value in cue_features(passage, event_type, language).items():
            if name in rows:
                apart = weights.cues[rows[name], at] - weights.cues[rows[name], other]
                found.append((name, value * float(apart)))
        return found

    def _basis(self, claim: Claim, passage: Passage) -> Decision:
        """Explain the basis by its cues; a weight above 0 speaks for the basis of the claim."""
        told = [one for one in self._reading.passages if one.region != "rest"] if claim.is_news else [passage]
        cited = self._cited and claim.is_news
        usual = choose_basis(
            [replace(one, hits=()) for one in told], claim.event_type, claim.status, cited=cited
        )
        found = [_cue_reason(one, claim.basis, passage) for one in told]
        cues = sorted((one for many in found for one in many), key=lambda one: -abs(one.weight))
        rule = f"without these cues, {claim.event_type} {claim.status} is {usual}"
        named = [Reason(kind="rule", what="the article cites a medium", weight=0.0)] if cited else []
        last = Reason(kind="rule", what=rule, weight=0.0)
        return Decision(
            verdict=claim.basis,
            probability=None,
            reasons=(*cues[: MOST_REASONS - 1 - len(named)], *named, last),
            runner_up="official" if claim.basis == "unconfirmed" else "unconfirmed",
        )

    def _news(self, event_type: EventType, passage: Passage) -> Decision:
        """Explain whether this type is the article's news: its probability against the least one, and the sentence."""
        chances = sigmoid(self._type_odds(self._reading))
        chance = float(chances[EVENT_TYPES.index(event_type)])
        weights = self._model.weights
        least = weights.least if chance == float(chances.max()) else weights.least_further
        is_news = chance >= least
        row = self._reading.passages.index(passage)
        rule = f"{event_type} is news of the article from {least:.2f} on: {chance:.2f}"
        found = [Reason(kind="rule", what=rule, weight=round(chance - least, 3))]
        told = float(self._reading.news[row])
        found.append(
            Reason(kind="rule", what="the sentence reads like news (log-odds)", weight=round(told, 3))
        )
        if recalls(passage):
            cues = [phrase(passage, hit) for hit in passage.of("news", "background")]
            places = tuple((hit.start, hit.stop) for hit in passage.of("news", "background"))
            what = f"told as background: {', '.join(dict.fromkeys(cues))}"
            found.append(Reason(kind="cue", what=what, weight=-1.0, places=places))
        verdict, other = ("news", "recalled") if is_news else ("recalled", "news")
        return Decision(verdict=verdict, probability=round(chance, 3), reasons=tuple(found), runner_up=other)


def _cue_reason(told: Passage, basis: Basis, evidence: Passage) -> list[Reason]:
    """Return the cues of a sentence, weighed by its place; in the evidence itself with their own places."""
    found: dict[str, Reason] = {}
    for hit in told.of("basis"):
        share = REGION_WEIGHT[told.region] * hit.entry.weight
        what = f"{phrase(told, hit)} in {_PLACES[told.region]}"
        places = ((hit.start, hit.stop),) if told is evidence else ()
        weight = share if hit.entry.label == basis else -share
        found.setdefault(what, Reason(kind="cue", what=what, weight=round(weight, 2), places=places))
    return list(found.values())
