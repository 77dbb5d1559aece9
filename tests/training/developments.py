"""Learn what is news and what is known from the written streams: `python -m tests.training.developments [--judge]`.

Two logistic models over the numbers of `warehouse.matching`. The first learns from every claim and every development
near it, as the labels put them together, whether they are one. The second learns from the claims that the whole of
judgement holds for unknown, with the first model at work, whether they are. `--judge` leaves streams out, a fifth at a
time, and prints what the product makes of them; without it the weights of the package are written.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from extractors.records import Signals, stable_id
from extractors.signals.tagger import Tagger
from flows.newsroom.gold import GoldArticle
from tests.given_claims import article_of
from tests.score import Found, score_developments
from tests.streams.reading import Stream, read_stream, stream_names
from warehouse.developments import FRESH, opened_by
from warehouse.facts import Fact, news_of
from warehouse.judged import DevelopmentArticle, Report
from warehouse.judging import Nearby, likelihoods, matched
from warehouse.known import Counted, Known
from warehouse.matching import Setting, Weights, held, newness, probability, sameness
from warehouse.memory import Memory
from warehouse.stories import shipped_join

TARGET = Path(__file__).parents[2] / "warehouse" / "development_weights.toml"
#: From these probabilities a verdict holds: chosen by `--judge`.
SAME_FROM, NEWS_FROM = 0.45, 0.35
#: Inverse strengths of regularisation, chosen by `--judge` too: few affairs, so strong for the first model.
SAME_C, NEWS_C = 0.3, 0.5
#: Passes over the streams for the second model: its examples depend on what it lets pass.
PASSES = 2
FOLDS = 5

Row = tuple[dict[str, float], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A relevant article of a stream as judgement gets it, with its labels."""

    label: GoldArticle
    report: Report


def told_by(stream: Stream) -> tuple[Told, ...]:
    """Return the relevant articles of `stream` in their order; copies as labelled, revisions under their first id."""
    tagger = Tagger(stream.watch)
    ids = {one.id: stable_id("a", one.url) for one in stream.gold.articles}
    seen: dict[str, int] = defaultdict(int)
    found = []
    for one in stream.gold.articles:
        if not one.relevant:
            continue
        article = article_of(one)
        seen[one.url] += 1
        report = Report(
            article_id=ids[one.id],
            revision=seen[one.url],
            publisher=one.publisher,
            language=one.language,
            title=one.title,
            lead=one.lead,
            reported_at=article.seen_at,
            detected_at=article.seen_at,
            signals=replace(tagger.tag(article), shingles=()),
            copy_of=ids.get(one.duplicate_of or ""),
        )
        found.append(Told(label=one, report=report))
    return tuple(found)


def labels_of(label: GoldArticle, facts: Sequence[Fact]) -> dict[int, str | None]:
    """Return by position of a claim which labelled development it tells, None for a claim that is wrong.

    Claims are put to labels of their type first; what is left over on both sides is one thing read differently.
    """
    left = list(zip(label.claims, label.developments, strict=True))
    found: dict[int, str | None] = {}
    for fact in facts:
        for pair in left:
            if fact.event_type in {pair[0]["type"], *(pair[0].get("also") or [])}:
                found[fact.position] = pair[1]
                left.remove(pair)
                break
    for fact in facts:
        if fact.position not in found:
            found[fact.position] = left.pop(0)[1] if left else None
    return found


def same_rows(stream: Sequence[Told]) -> list[Row]:
    """Return a row for every claim and every development near it, true where the labels say that it tells it."""
    known = Known(Counted())
    rows: list[Row] = []
    for one in stream:
        report = one.report
        rarities = known.rarities()
        if report.copy_of is None:
            facts = news_of(report)
            labels = labels_of(one.label, facts)
            evidence = known.evidence_of(known.nearest(report, rarities), report.reported_at)
            for rank, fact in enumerate(facts):
                for other in evidence:
                    row = sameness(fact, held(report), other, rarities, second=rank > 0)
                    rows.append((row, other.development.development_id == labels[fact.position]))
            known.put_report(report)
            _put_labelled(known, report, facts, labels)
        else:
            known.put_report(report)
    return rows


def _put_labelled(known: Known, report: Report, facts: Iterable[Fact], labels: dict[int, str | None]) -> None:
    for fact in facts:
        key = labels[fact.position]
        if key is None:
            continue
        role = "repeats" if key in known.developments else "first"
        if role == "first":
            known.put_development(opened_by(report, fact, key))
        known.put_link(DevelopmentArticle(development_id=key, article_id=report.article_id, role=role))


def news_rows(stream: Sequence[Told], weights: Weights) -> list[Row]:
    """Return a row for every claim that judgement with `weights` takes for unknown, true where it is a first report."""
    memory = Memory(weights=weights)
    told: set[str] = set()
    rows: list[Row] = []
    for one, earlier in in_order(stream):
        if one.report.copy_of is None:
            labels = labels_of(one.label, news_of(one.report))
            rows += [
                (row, labels[position] is not None and labels[position] not in told)
                for position, row in _unknown(memory, one.report, weights)
            ]
        memory.judge(one.report, earlier=earlier)
        told |= set(one.label.developments)
    return rows


def _unknown(memory: Memory, report: Report, weights: Weights) -> Iterable[tuple[int, dict[str, float]]]:
    rarities = memory.known.rarities()
    evidence = memory.known.evidence_of(memory.known.nearest(report, rarities), report.reported_at)
    facts = news_of(report)
    near = Nearby(evidence=evidence, rarities=rarities)
    chances = likelihoods(held(report), facts, near, weights)
    said = matched(report, facts, near, chances, weights)
    recent = [one for one in evidence if abs(report.reported_at - one.last_at) <= FRESH]
    beside = bool(said)
    for rank, fact in enumerate(facts):
        if fact.position in said:
            continue
        setting = Setting(known=chances[fact.position], recent=recent, beside=beside, second=rank > 0)
        row = newness(fact, held(report), setting, rarities)
        yield fact.position, row
        beside = beside or probability(row, weights.news) > weights.news_from


def in_order(stream: Sequence[Told]) -> Iterable[tuple[Told, Signals | None]]:
    """Yield the articles with the signals of their version before."""
    before: dict[str, Signals] = {}
    for one in stream:
        yield one, before.get(one.report.article_id)
        before[one.report.article_id] = one.report.signals


def fit(streams: Iterable[Sequence[Told]]) -> Weights:
    """Return what is learned from `streams`."""
    chosen = list(streams)
    same = _fitted([row for one in chosen for row in same_rows(one)], SAME_C)
    weights = Weights(
        same=same, same_from=SAME_FROM, news={"bias": 9.0}, news_from=NEWS_FROM, join=shipped_join()
    )
    for _ in range(PASSES):
        news = _fitted([row for one in chosen for row in news_rows(one, weights)], NEWS_C)
        weights = replace(weights, news=news)
    return weights


def _fitted(rows: Sequence[Row], strength: float) -> dict[str, float]:
    names = list(rows[0][0])
    numbers = np.array([[row[name] for name in names] for row, _ in rows])
    model = LogisticRegression(C=strength, max_iter=5000, fit_intercept=False)
    model.fit(numbers, [label for _, label in rows])
    return {name: round(float(value), 2) for name, value in zip(names, model.coef_[0], strict=True)}


def found_in(stream: Sequence[Told], weights: Weights) -> list[Found]:
    """Return the developments that judgement with `weights` finds, in the order of their first reports."""
    memory = Memory(weights=weights)
    for one, earlier in in_order(stream):
        memory.judge(one.report, earlier=earlier)
    urls = {one.report.article_id: one.label.url for one in stream}
    found = sorted(memory.known.developments.values(), key=lambda one: (one.reported_at, one.development_id))
    return [Found(one.event_type, urls[one.first_article_id]) for one in found]


def judge(streams: Sequence[Stream], told: dict[str, tuple[Told, ...]]) -> None:
    """Print what is found in each stream by weights that were learned without it."""
    total: dict[str, list[float]] = defaultdict(list)
    for fold in range(FOLDS):
        held = streams[fold::FOLDS]
        weights = fit(told[one.name] for one in streams if one not in held)
        for one in held:
            figures = {}
            for typed in (False, True):
                figures |= score_developments(
                    one.gold, found_in(told[one.name], weights), lambda key: True, typed=typed
                )
            for name, value in figures.items():
                total[name].append(value)
            print(
                f"{one.name:20} any {figures['developments_any_p']:.2f} {figures['developments_any_r']:.2f}, "
                f"typed {figures['developments_typed_p']:.2f} {figures['developments_typed_r']:.2f}, "
                f"repeated {figures['developments_any_repeated']:.0f}"
            )
    for name in ("any", "typed"):
        p, r, f = (float(np.mean(total[f"developments_{name}_{part}"])) for part in ("p", "r", "f1"))
        print(f"mean {name}: precision {p:.3f}, recall {r:.3f}, F1 {f:.3f}")


def main() -> int:
    """Write the weights, or judge."""
    streams = [read_stream(name) for name in stream_names()]
    told = {one.name: told_by(one) for one in streams}
    if "--judge" in sys.argv:
        judge(streams, told)
        return 0
    TARGET.write_text(_as_toml(fit(told.values())), encoding="utf-8")
    return 0


def _as_toml(weights: Weights) -> str:
    lines = [
        "# Written by `python -m tests.training.developments` from tests/streams; see warehouse/matching.py.",
        f"same_from = {weights.same_from}",
        f"news_from = {weights.news_from}",
    ]
    for name, table in (("same", weights.same), ("news", weights.news)):
        lines += ["", f"[{name}]", *(f"{key} = {value}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
