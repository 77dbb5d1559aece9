"""Fit the weights by which reports join stories, on the written streams: `python -m tests.training.stories`.

First a logistic regression over pairs of reports: are they of one story? Then the log-odds from which a report joins
a story, and two stories are merged, by what BCubed F1 comes of it on the streams and on the halves of the gold sets
that are to work with. `--judge` leaves affairs out, a fifth at a time, and prints what is reached on them; nothing is
written then.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import warehouse
from extractors.clock import to_utc
from extractors.signals.tagger import Tagger
from extractors.watch import read_watch
from flows.newsroom.gold import GoldArticle, read_gold
from flows.starter import default_watch_file
from tests.given_claims import article_of
from tests.score import HALVES, SETS, bcubed
from tests.streams.reading import Stream, read_stream, stream_names
from tests.training.developments import FOLDS, Told, in_order, told_by
from warehouse.judged import Report
from warehouse.matching import development_weights
from warehouse.memory import Memory
from warehouse.nearest import TokenIndex
from warehouse.regroup import merges
from warehouse.stories import Join, Traits, View, closest, rarity, tokens_of, traits_of

T = TypeVar("T")

WEIGHTS = Path(warehouse.__file__).parent / "story_weights.json"
#: Inverse strength of the penalty: few affairs, and what is learned has to hold in others (flat from .01 to .1).
STRENGTH = 0.03
#: Thresholds that are tried, in log-odds. Merging asks for more than joining: it moves many reports at once.
LEAST = tuple(round(-0.75 + 0.25 * step, 2) for step in range(8))
MERGE_ABOVE = -0.25
#: A story falls apart where not even this much (in log-odds below joining) speaks for any link between its parts.
SPLIT_BELOW = 3.0
#: Pairs further apart teach nothing but that: with them the weights carry less far (streams .757, without .779).
PAIRED = timedelta(days=365)
#: Time between two passes of regrouping.
PASS = timedelta(hours=12)
#: Stories whose newest report is older are no longer looked at by a pass.
ACTIVE = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A report as it comes in, with the story that it belongs to, and what it copies or revises, None for nothing."""

    key: str
    story: str
    traits: Traits
    original: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of reports: a row of features each, and whether both are of one story."""

    names: tuple[str, ...]
    rows: NDArray[np.float64]
    same: NDArray[np.bool_]


class Weights(dict[str, float]):
    """The weights of tokens at one moment, worked out when first asked for."""

    def __init__(self, holders: Counter[str], documents: int) -> None:
        """Weigh by `holders` among `documents`."""
        super().__init__()
        self._holders = holders
        self._documents = documents

    def __missing__(self, token: str) -> float:
        """Return and keep the weight of `token`."""
        weight = self[token] = rarity(self._holders[token], self._documents)
        return weight


class Arrivals:
    """What is known of reports that come in one by one: an index, frequencies, and the story of each."""

    def __init__(self) -> None:
        """Know nothing."""
        self.index = TokenIndex()
        self.holders: Counter[str] = Counter()
        self.traits: dict[str, Traits] = {}
        self.story_of: dict[str, str] = {}

    def weights(self) -> Weights:
        """Return the weights of tokens as they are now."""
        return Weights(self.holders, len(self.traits))

    def nearest(self, traits: Traits, weights: Weights) -> list[str]:
        """Return the keys of the reports that `traits` are held against."""
        return self.index.nearest(tokens_of(traits), traits.at.date(), weights)

    def add(self, key: str, traits: Traits, story: str) -> None:
        """Remember a report that has joined `story`."""
        tokens = tokens_of(traits)
        self.index.add(key, traits.at.date(), tokens)
        self.holders.update(tokens)
        self.traits[key], self.story_of[key] = traits, story

    def regroup(self, join: Join, now: datetime, since: datetime, active: timedelta = ACTIVE) -> None:
        """Merge the stories that are one: of the active ones those with reports after `since`, against all others."""
        members: defaultdict[str, dict[str, Traits]] = defaultdict(dict)
        for key, story in self.story_of.items():
            members[story][key] = self.traits[key]
        newest = {story: max(one.at for one in known.values()) for story, known in members.items()}
        stories = {story: known for story, known in members.items() if newest[story] >= now - active}
        fresh = frozenset(story for story in stories if newest[story] > since)
        for into, gone in merges(stories, self.weights(), join, fresh=fresh):
            self.story_of = {key: into if story == gone else story for key, story in self.story_of.items()}


def told(reports: Sequence[Labelled], join: Join, active: timedelta = ACTIVE) -> dict[str, str]:
    """Return the story of each report by key: joined one by one as in the product, but regrouped every `PASS`.

    The product looks where a report fits two stories (`warehouse.placing`).
    """
    known = Arrivals()
    passed = reports[0].traits.at if reports else None
    for one in reports:
        if passed is not None and one.traits.at - passed >= PASS:
            known.regroup(join, one.traits.at, passed, active)
            passed = one.traits.at
        story = known.story_of.get(one.original or "")
        if story is None:
            weights = known.weights()
            members: defaultdict[str, list[Traits]] = defaultdict(list)
            for key in known.nearest(one.traits, weights):
                members[known.story_of[key]].append(known.traits[key])
            story = closest(one.traits, members, weights, join) or one.key
        known.add(one.key, one.traits, story)
    if passed is not None:
        known.regroup(join, reports[-1].traits.at, passed, active)
    return known.story_of


def pairs_of(reports: Iterable[Labelled]) -> Pairs:
    """Return each report with the nearest earlier ones; copies and revisions need no decision and are left out."""
    known = Arrivals()
    features: list[dict[str, float]] = []
    same: list[bool] = []
    for one in reports:
        if one.original is None:
            weights = known.weights()
            view = View(one.traits, weights)
            for key in known.nearest(one.traits, weights):
                if abs(known.traits[key].at - one.traits.at) > PAIRED:
                    continue
                features.append(view.features(known.traits[key]))
                same.append(known.story_of[key] == one.story)
            known.add(one.key, one.traits, one.story)
    names = tuple(features[0])
    return Pairs(
        names=names,
        rows=np.array([[row[name] for name in names] for row in features]),
        same=np.array(same, dtype=np.bool_),
    )


def fit(sets: Sequence[Pairs]) -> Join:
    """Return the weights from `sets` of pairs, each of which counts the same; the thresholds are not set yet."""
    rows = np.vstack([one.rows for one in sets])
    same = np.concatenate([one.same for one in sets])
    counts = np.concatenate([np.full(len(one.same), 500 / len(one.same)) for one in sets])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    model.fit((rows - middle) / spread, same, sample_weight=counts)
    weights = model.coef_[0] / spread
    return Join(
        weights={name: round(float(value), 4) for name, value in zip(sets[0].names, weights, strict=True)},
        bias=round(float(model.intercept_[0] - weights @ middle), 4),
        least=0.0,
        merge=0.0,
        split=0.0,
    )


def f1_of(reports: Sequence[Labelled], stories: Mapping[str, str]) -> dict[str, float]:
    """Return BCubed precision, recall and F1 (`stories_p`, `stories_r`, `stories_f1`) of `stories`."""
    return bcubed({one.key: one.story for one in reports}, {one.key: stories[one.key] for one in reports})


def with_thresholds(
    join: Join,
    sets: Sequence[T],
    f1: Callable[[T, Join], float],
    *,
    least: Sequence[float] = LEAST,
    above: float = MERGE_ABOVE,
) -> Join:
    """Return `join` with the thresholds that give the best mean of `f1` on `sets`, each seen with its neighbours.

    Few affairs make a ragged curve: what counts is the weighted mean of three neighbouring values of `least`.
    """
    tried = [replace(join, least=one, merge=one + above, split=one - SPLIT_BELOW) for one in least]
    reached = [float(np.mean([f1(one, each) for one in sets])) for each in tried]
    smooth = [
        (reached[number - 1] + 2 * reached[number] + reached[number + 1]) / 4
        for number in range(1, len(tried) - 1)
    ]
    return tried[1 + int(np.argmax(smooth))]


def labelled(stream: Stream) -> list[Labelled]:
    """Return the relevant articles of `stream` as reports, tagged by the product."""
    tagger = Tagger(stream.watch)
    return [_labelled(tagger, one) for one in stream.gold.articles if one.relevant]


def _labelled(tagger: Tagger, one: GoldArticle) -> Labelled:
    at = to_utc(one.published)
    report = Report(
        article_id=one.id,
        revision=1,
        publisher=one.publisher,
        language=one.language,
        title=one.title,
        lead=one.lead,
        reported_at=at,
        detected_at=at,
        signals=tagger.tag(article_of(one)),
    )
    return Labelled(
        key=one.id, story=one.story or "", traits=traits_of(report), original=one.duplicate_of or one.revises
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A set of reports that thresholds are chosen by: all of them come in, `counts` tells whose stories count."""

    reports: Sequence[Told]
    counts: Callable[[str], bool] = lambda story: True


def work_halves() -> list[Measured]:
    """Return the gold sets with the half that is there to work with; the other one is only reported."""
    watch = read_watch(default_watch_file())
    return [
        Measured(
            reports=told_by(
                Stream(name=name, watch_file=default_watch_file(), watch=watch, gold=read_gold(name))
            ),
            counts=HALVES["work"],
        )
        for name in SETS
    ]


def told_by_product(measured: Measured, join: Join) -> dict[str, float]:
    """Return precision, recall and F1 of the stories that the whole of judgement makes of the reports."""
    memory = Memory(weights=replace(development_weights(), join=join))
    for one, earlier in in_order(measured.reports):
        memory.judge(one.report, earlier=earlier)
    known = memory.known.reports
    chosen = [one for one in measured.reports if measured.counts(one.label.story or "")]
    return bcubed(
        {one.label.url: one.label.story or "" for one in chosen},
        {one.label.url: known[one.report.article_id].story_id for one in chosen},
    )


def _f1_of_product(measured: Measured, join: Join) -> float:
    return told_by_product(measured, join)["stories_f1"]


def judge(streams: Mapping[str, Measured], pairs: Mapping[str, Pairs]) -> None:
    """Print for each affair what weights and thresholds from the others reach on it, and the means."""
    reached: list[dict[str, float]] = []
    names = list(streams)
    for fold in range(FOLDS):
        held = names[fold::FOLDS]
        others = [name for name in names if name not in held]
        chosen = [*(streams[one] for one in others), *work_halves()]
        join = with_thresholds(fit([pairs[one] for one in others]), chosen, _f1_of_product)
        for name in held:
            reached.append(told_by_product(streams[name], join))
            print(f"{name:20} {_shown(reached[-1])} (joins from {join.least})", flush=True)
    means = {key: float(np.mean([one[key] for one in reached])) for key in reached[0]}
    print(f"{'mean':20} {_shown(means)}")


def _shown(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{key.removeprefix('stories_')} {value:.3f}" for key, value in figures.items())


def main() -> int:
    """Write the weights, or judge."""
    read = [read_stream(name) for name in stream_names()]
    streams = {one.name: Measured(reports=told_by(one)) for one in read}
    pairs = {one.name: pairs_of(labelled(one)) for one in read}
    if "--judge" in sys.argv:
        judge(streams, pairs)
        return 0
    chosen = [*streams.values(), *work_halves()]
    join = with_thresholds(fit(list(pairs.values())), chosen, _f1_of_product)
    made = {
        "made_by": "python -m tests.training.stories",
        "made_from": f"pairs of reports of {len(streams)} written affairs (tests/streams): {', '.join(streams)}",
        "bias": join.bias,
        "least": join.least,
        "merge": join.merge,
        "split": join.split,
        "weights": dict(join.weights),
    }
    WEIGHTS.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(WEIGHTS.name, f"least {join.least}, merge {join.merge}, split {join.split}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
