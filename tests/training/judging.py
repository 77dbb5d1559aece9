"""How good the model is on affairs that it has not seen: whole affairs are left out, in turn."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

from extractors.signals.basis import choose_basis
from extractors.signals.candidates import news_types, status_of
from extractors.signals.claim_model import ClaimModel
from tests.training.examples import ArticleExample, Example
from tests.training.fitting import fold_of, train

FOLDS = 6
Said = frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Figures over some articles: F1 of types and of types with status; share of right bases of right types."""

    articles: int
    type_f1: float
    type_p: float
    type_r: float
    status_f1: float
    basis: float


def leave_affairs_out(articles: Sequence[ArticleExample], sentences: Sequence[Example]) -> dict[str, Said]:
    """Return what is said of each article (by id) by a model that was trained without its affair."""
    # Two folds at a time: a third process would only wait on the small machines that this runs on.
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("fork")) as pool:
        folds = pool.map(partial(_say_of_fold, articles, sentences), range(FOLDS))
        return {key: said for fold in folds for key, said in fold.items()}


def _say_of_fold(
    articles: Sequence[ArticleExample], sentences: Sequence[Example], fold: int
) -> dict[str, Said]:
    held = {
        one.labelled.affair for one in articles if fold_of(f"judged:{one.labelled.affair}", FOLDS) == fold
    }
    model = ClaimModel(train([one for one in articles if one.labelled.affair not in held], sentences))
    return {one.labelled.id: say(model, one) for one in articles if one.labelled.affair in held}


def say(model: ClaimModel, article: ArticleExample) -> Said:
    """Return type, status and basis of each piece of news that the model finds."""
    passages = [one.passage for one in article.examples]
    reading = model.read(passages, article.language)
    told = [passage for passage in passages if passage.region != "rest"]
    found = []
    for kind, _ in news_types(model.weights, reading):
        status, _ = status_of(model, reading, kind)
        cited = any(origin.startswith("media:") for origin in article.labelled.cites)
        found.append((kind, status, choose_basis(told, kind, status, cited=cited)))
    return frozenset(found)


def judge(articles: Iterable[ArticleExample], said: Mapping[str, Said], *, every: bool = False) -> Judged:
    """Return the figures; a type that a label accepts as well counts as the labelled one, as in the gold sets.

    What only the body tells counts neither way, unless `every`: then each labelled claim has to be found.
    """
    counts = {"type": [0, 0, 0], "status": [0, 0, 0]}
    number = bases = 0
    for article in articles:
        number += 1
        wanted = article.every_type if every else article.types
        claims = [claim for claim in article.labelled.claims if claim.event_type in wanted]
        as_well = {also: claim.event_type for claim in claims for also in claim.also if also not in wanted}
        found = {
            (as_well.get(kind, kind), status, basis) for kind, status, basis in said[article.labelled.id]
        }
        found = {one for one in found if one[0] in wanted or one[0] not in article.every_type}
        _count(counts["type"], {claim.event_type for claim in claims}, {kind for kind, _, _ in found})
        right = {(claim.event_type, claim.status) for claim in claims}
        _count(counts["status"], right, {(kind, status) for kind, status, _ in found})
        based = {(c.event_type, c.basis) for c in claims} & {(kind, basis) for kind, _, basis in found}
        bases += len({kind for kind, _ in based})
    precision, recall, f1 = _figures(counts["type"])
    return Judged(
        articles=number,
        type_f1=f1,
        type_p=precision,
        type_r=recall,
        status_f1=_figures(counts["status"])[2],
        basis=bases / max(1, counts["type"][0]),
    )


def _count(counts: list[int], labelled: set[Any], found: set[Any]) -> None:
    counts[0] += len(labelled & found)
    counts[1] += len(found - labelled)
    counts[2] += len(labelled - found)


def _figures(counts: Sequence[int]) -> tuple[float, float, float]:
    right, wrong, missed = counts
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
