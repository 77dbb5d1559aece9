"""The phrase lists and how phrases are found."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Basis, EventType, Status
from extractors.signals.lexicon import LANGUAGES, STRENGTH, Lexicon, PhraseList, lexicon
from extractors.signals.scripts import fold_lower
from extractors.signals.wordlists import word_list


def found(language, phrase, sentence):
    phrases = PhraseList(phrases=(fold_lower(phrase),), field="event", label="stake", weight=1.0)
    words = Lexicon(language, (phrases,))
    return [(hit.start, hit.stop) for hit in words.hits(sentence)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_list_names_the_types_and_statuses_of_the_vocabulary(language):
    lists = word_list(f"events.{language}")
    assert set(lists) == set(get_args(EventType))
    keys = {key for phrases in lists.values() for key in phrases}
    assert keys == set(get_args(Status)) | set(STRENGTH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cue_list_names_the_statuses_and_bases_of_the_vocabulary(language):
    cues = word_list(f"cues.{language}")
    assert set(cues["status"]) == set(get_args(Status))
    assert set(cues["basis"]) == {*get_args(Basis), "unconfirmed_weak"}
    assert set(cues["news"]) == {"background", "opinion"}


@pytest.mark.parametrize(
    ("language", "phrase", "sentence", "places"),
    [
        ("en", "stake", "A stake, at stake.", [(2, 7), (12, 17)]),
        ("en", "stake", "Mistaken stakes", []),
        ("en", "stake*", "Mistaken stakes", [(9, 14)]),
        ("de", "*werk", "Das Pumpwerk steht", [(8, 12)]),
        ("de", "*werk", "Werke", []),
        ("zh", "收购", "拟收购对手", [(1, 3)]),
        ("en", "takes .. stake", "It takes a 5% stake", [(3, 19)]),
        ("en", "takes .. stake", "The stake takes", []),
        ("en", "takes .. stake", "It takes " + "a very " * 9 + "big stake", []),
        ("de", "beantragt .. zulassung", "hat die Zulassung beantragt", [(8, 27)]),
        ("de", "stellt .. vor", "vor Jahren stellt man", []),
        ("zh", "^传", "传两家公司合并", [(0, 1)]),
        ("en", "doesn't", "It doesn’t", [(3, 10)]),
        ("zh", "宣布，", "公司宣布,", [(2, 5)]),
        ("zh", "^传", "宣传", []),
        ("en", "ipo", "The IPO", [(4, 7)]),
        ("en", "20*", "since 2024", [(6, 8)]),
    ],
)
def test_a_phrase_is_found_by_its_borders_endings_and_gaps(language, phrase, sentence, places):
    assert found(language, phrase, sentence) == places


@given(st.text())
def test_folding_keeps_every_offset(text):
    assert len(fold_lower(text)) == len(text)


@pytest.mark.parametrize("language", LANGUAGES)
@given(sentence=st.text(max_size=200))
def test_every_hit_lies_within_its_sentence(language, sentence):
    for hit in lexicon(language).hits(sentence):
        assert 0 <= hit.start < hit.stop <= len(sentence)
