"""The written corpus is what it says: labels of the vocabulary, evidence word by word, broad enough to teach."""

from collections import Counter

import pytest

from tests.corpus.checks import faults_of_affair, faults_of_sentences
from tests.corpus.reading import BASES, CORPUS, EVENT_TYPES, STATUSES, read_affairs, read_sentences

AFFAIRS = sorted(one.name for one in (CORPUS / "affairs").iterdir())
FILES = sorted(one.name for one in (CORPUS / "sentences").glob("*.tsv"))


@pytest.mark.parametrize("name", AFFAIRS)
def test_an_affair_has_no_fault(name: str) -> None:
    assert list(faults_of_affair(CORPUS / "affairs" / name)) == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_sentences_has_no_fault(name: str) -> None:
    assert list(faults_of_sentences(CORPUS / "sentences" / name)) == []


def test_the_corpus_is_broad_enough_to_teach() -> None:
    affairs, sentences = read_affairs(), read_sentences()
    articles = [article for affair in affairs for article in affair.articles]
    assert len(sentences) >= 2500
    assert len(articles) >= 400
    assert len(affairs) >= 20
    assert len({affair.industry for affair in affairs}) >= 15
    languages = Counter(one.article.language for one in articles)
    assert set(languages) == {"de", "en", "zh"}
    assert min(languages.values()) * 4 > len(articles)


def test_every_type_status_and_basis_is_told_in_every_language() -> None:
    told: dict[str, set[str]] = {"de": set(), "en": set(), "zh": set()}
    for affair in read_affairs():
        for one in affair.articles:
            for claim in one.claims:
                told[one.article.language or ""] |= {claim.event_type, claim.status, claim.basis}
    for sentence in read_sentences():
        for claim in sentence.claims:
            told[sentence.language] |= set(claim)
    everything = {*EVENT_TYPES, *STATUSES, *BASES}
    assert {language: everything - words for language, words in told.items()} == {key: set() for key in told}
