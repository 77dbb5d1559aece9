"""Training from the written corpus: repeatable, and what it is judged by counts as the gold sets count."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn")

from tests.corpus.reading import CORPUS, read_affair, read_sentences
from tests.training.examples import article_examples, sentence_examples
from tests.training.fitting import fold_of, train
from tests.training.judging import judge

AFFAIRS = ("bank-takeover", "lithium-mine", "frozen-food-recall", "robotaxi")


@pytest.fixture(scope="module")
def articles():
    return article_examples(read_affair(CORPUS / "affairs" / name) for name in AFFAIRS)


@pytest.fixture(scope="module")
def sentences():
    return sentence_examples(read_sentences()[::12])


@pytest.mark.filterwarnings("ignore")
def test_the_same_corpus_gives_the_same_weights(articles, sentences):
    first, second = train(articles, sentences), train(articles, sentences)
    assert first.terms == second.terms
    assert np.array_equal(first.heads, second.heads)
    assert first.to_bytes() == second.to_bytes()
    assert first.least <= first.least_further


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
