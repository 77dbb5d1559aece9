"""The trained model: the same text gives the same numbers, whatever the text; weights survive their file."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import Article, EventType
from extractors.signals.candidates import best_passage, news_types, status_of, status_rows, type_rows
from extractors.signals.claim_model import (
    COLUMNS,
    TYPES,
    ClaimModel,
    Floats,
    Reading,
    claim_model,
    weights_from,
)
from extractors.signals.event_types import EVENT_TYPES
from extractors.signals.features import sentence_features, terms
from extractors.signals.lexicon import lexicon
from extractors.signals.passages import Passage, Region
from extractors.signals.status import STATUSES
from extractors.signals.tagger import Tagger
from extractors.watch import Watch

LANGUAGES = ("de", "en", "zh")


def passage(words: str, language: str, region: Region = "title") -> Passage:
    return Passage(
        words=words,
        part="title" if region == "title" else "body",
        region=region,
        start=0,
        stop=len(words),
        hits=tuple(lexicon(language).hits(words)),
    )


@pytest.fixture(scope="module")
def model() -> ClaimModel:
    return claim_model()


def test_the_weights_survive_their_file(model):
    again = weights_from(model.weights.to_bytes())
    assert again.terms == model.weights.terms
    assert np.array_equal(again.heads, model.weights.heads)
    assert again.to_bytes() == model.weights.to_bytes()


def test_the_file_is_small(model):
    assert len(model.weights.to_bytes()) < 3_000_000


@pytest.mark.parametrize(
    ("words", "language", "event_type"),
    [
        ("Brewer Halvorsen agrees to buy rival Northgate", "en", "stake"),
        ("Rückruf: Spielzeughersteller holt 40.000 Bagger zurück", "de", "safety"),
        ("药企新药获国家药监局批准上市", "zh", "licence"),
    ],
)
def test_a_plain_headline_tells_its_type(model, words, language, event_type):
    reading = model.read([passage(words, language)], language)
    assert EVENT_TYPES[int(reading.types[0].argmax())] == event_type


def test_what_features_add_sums_up_to_the_verdict(model):
    one = passage("Brewer Halvorsen agrees to buy rival Northgate", "en")
    column = TYPES.start + EVENT_TYPES.index("stake")
    added = sum(value for _, value in model.contributions(one, "en", column))
    verdict = model.read([one], "en").types[0, EVENT_TYPES.index("stake")]
    assert added + model.weights.biases[column] == pytest.approx(verdict, abs=1e-3)


def test_a_sentence_of_unknown_words_says_nothing(model):
    reading = model.read([passage("xqzzv", "en")], "en")
    assert np.array_equal(reading.types[0], model.weights.biases[TYPES])
    assert news_types(model.weights, reading) == []


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=6), st.sampled_from(LANGUAGES))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_and_always_alike(words, language):
    regions: tuple[Region, ...] = ("title", "lead", "first", "rest", "rest", "rest")
    passages = [passage(one, language, region) for one, region in zip(words, regions, strict=False)]
    first, second = claim_model().read(passages, language), claim_model().read(passages, language)
    for name in ("types", "whole", "news", "recalled", "hearsay", "states"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
        assert np.isfinite(getattr(first, name)).all()
    chances = claim_model().status_probabilities(first, "stake")
    assert chances.sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    assert type_rows(first).shape == (len(EVENT_TYPES), len(claim_model().weights.types) - 1)
    assert status_rows(first, "stake", chances).shape == (len(STATUSES), len(claim_model().weights.statuses))
    assert status_of(claim_model(), first, "stake")[0] in STATUSES
    assert 0 <= best_passage(first, "stake") < len(passages)


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_the_features_of_any_text_are_positive_and_named_for_their_language(words, language):
    found = sentence_features(words, language, ())
    assert all(value > 0 for value in found.values())
    assert all(name.startswith(f"{language}:") for name in found)
    assert set(found) == set(terms(words, language))


def test_numbers_are_all_the_same_feature():
    assert set(terms("profit of 20", "en")) == set(terms("profit of 31.5", "en"))


def test_there_is_a_column_for_every_head(model):
    assert model.weights.heads.shape == (len(model.weights.terms), COLUMNS)
    assert model.weights.cues.shape == (len(model.weights.cue_terms), len(STATUSES))


class Parrot:
    """A reader of another kind: it finds an accident in the second sentence of every text."""

    weights = claim_model().weights

    def read(self, passages: Sequence[Passage], language: str) -> Reading:
        """Read."""
        types = np.full((len(passages), len(EVENT_TYPES)), -9.0, dtype=np.float32)
        types[1, EVENT_TYPES.index("safety")] = 9.0
        flat = np.zeros(len(passages), dtype=np.float32)
        return Reading(
            language=language,
            passages=tuple(passages),
            types=types,
            whole=types.max(axis=0),
            news=flat + 3,
            recalled=flat - 3,
            hearsay=flat,
            states=np.zeros((len(passages), len(STATUSES)), dtype=np.float32),
        )

    def status_probabilities(self, reading: Reading, event_type: EventType) -> Floats:
        """Say that everything is late."""
        assert event_type == "safety"
        chances = np.zeros((len(reading.passages), len(STATUSES)), dtype=np.float32)
        chances[:, STATUSES.index("delayed")] = 1.0
        return chances


def test_another_reader_can_be_plugged_in_and_its_claims_have_their_sentence():
    article = Article(
        url="https://paper.example/1",
        source_id="paper",
        publisher="Paper",
        title="A quiet day",
        text="Nothing happened in Leeds. Beer was served.",
        language="en",
        seen_at=datetime(2025, 3, 1, tzinfo=UTC),
    )
    watch = Watch(name="x", title="x", languages=("en",), entities=())

    found = Tagger(watch, Parrot()).tag(article).claims

    assert [(claim.event_type, claim.status, claim.sentence) for claim in found if claim.is_news] == [
        ("safety", "delayed", "Nothing happened in Leeds.")
    ]
