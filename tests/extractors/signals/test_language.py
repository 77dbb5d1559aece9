from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from extractors.signals.language import detect_language

EXPECTED = ("de", "en", "zh")


@cache
def whole_model():
    return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Konzern will im kommenden Jahr ein neues Werk eröffnen.", "de"),
        ("The group wants to open a new plant in the coming year.", "en"),
        ("公司计划明年开设一家新工厂，并已与当地政府签约。", "zh"),
        ("小米SU7 Ultra发布，售价52.99万元", "zh"),
        ("東京の会社は来年、新しい工場を開く予定だと発表した。", "ja"),
    ],
)
def test_the_language_of_a_sentence_is_recognised(text, language):
    assert detect_language(text, EXPECTED) == language


def test_a_few_chinese_names_leave_an_english_text_english():
    text = "The carmaker 小米 said that its saloon will be sold under the name 北京小米 from next spring."
    assert detect_language(text, EXPECTED) == "en"


@pytest.mark.parametrize("text", ["", "Xiaomi SU7", "42 %", "小米"])
def test_a_text_too_short_to_tell_has_no_language(text):
    assert detect_language(text, EXPECTED) is None


def test_without_expected_languages_any_may_be_named():
    text = "La société ouvrira une nouvelle usine au printemps, a déclaré son directeur vendredi."
    assert detect_language(text) == "fr"


def test_an_expected_language_unknown_to_the_model_does_no_harm():
    assert detect_language("The group wants to open a new plant soon.", ("xx", "en")) == "en"


@settings(deadline=None)  # the models are loaded by the first that asks for them
@given(st.text(), st.sets(st.sampled_from(["de", "en", "fr", "pl", "ru", "is", "eo"]), min_size=1))
@example("La entrepreno volas malfermi novan fabrikon en la venonta jaro, diris la direktoro.", {"de", "eo"})
def test_the_usual_languages_are_told_apart_as_the_whole_model_does(text, languages):
    whole = whole_model()
    whole.set_languages(sorted(languages))
    found = detect_language(text, tuple(languages))

    assert found in {None, "zh", "ja", "ko", whole.classify(text[:600])[0]}


@given(st.text())
def test_any_text_has_an_answer_and_always_the_same(text):
    assert detect_language(text, EXPECTED) == detect_language(text, EXPECTED)
