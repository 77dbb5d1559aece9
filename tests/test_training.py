"""Training from the written corpus: repeatable, and what it is judged by counts as the gold sets count."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

pytest.importorskip("sklearn")

from tests.corpus.reading import CORPUS, read_affair, read_sentences
from tests.training.examples import article_examples, sentence_examples
from tests.training.fitting import fold_of
from tests.training.judging import judge

AFFAIRS = ("bank-takeover", "lithium-mine", "frozen-food-recall", "robotaxi")


@pytest.fixture(scope="module")
def articles():
    return article_examples(read_affair(CORPUS / "affairs" / name) for name in AFFAIRS)


def few():
    """Return the articles and sentences of a small corpus."""
    articles = article_examples(read_affair(CORPUS / "affairs" / name) for name in AFFAIRS)
    return articles, sentence_examples(read_sentences()[::12])


def test_the_same_corpus_gives_the_same_weights_whatever_the_order_of_sets():
    code = (
        "from tests.test_training import AFFAIRS, few; from tests.training.fitting import train; "
        "from extractors.records import content_hash; print(content_hash(train(*few()).to_bytes()))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            cwd=CORPUS.parents[1],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_what_is_said_as_labelled_is_all_right(articles):
    said = {
        one.labelled.id: frozenset((c.event_type, c.status, c.basis) for c in one.labelled.claims)
        for one in articles
    }
    made = judge(articles, said, every=True)
    assert (made.type_f1, made.status_f1, made.basis) == (1.0, 1.0, 1.0)


def test_silence_and_noise_are_told_apart(articles):
    silent = judge(articles, {one.labelled.id: frozenset() for one in articles})
    assert silent.type_r == 0.0
    everything = {one.labelled.id: frozenset({("personnel", "talks", "official")}) for one in articles}
    assert judge(articles, everything).type_p < 0.3


def test_what_only_the_body_tells_counts_neither_way(articles):
    one = next(article for article in articles if article.every_type - article.types - article.unsure)
    kinds = sorted(one.types)
    aside = sorted(one.every_type - one.types)
    by_type = {claim.event_type: claim for claim in one.labelled.claims}
    said = frozenset((kind, by_type[kind].status, by_type[kind].basis) for kind in [*kinds, *aside])
    without = frozenset((kind, by_type[kind].status, by_type[kind].basis) for kind in kinds)
    assert judge([one], {one.labelled.id: said}) == judge([one], {one.labelled.id: without})


def test_an_affair_is_in_one_fold_whatever_else_there_is(articles):
    folds = {one.labelled.affair: fold_of(one.labelled.affair, 6) for one in articles}
    fewer = [replace(one) for one in articles if one.labelled.affair != AFFAIRS[0]]
    assert all(folds[one.labelled.affair] == fold_of(one.labelled.affair, 6) for one in fewer)
