import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.scripts import count_letters, fold, fold_lower, is_han, is_word_char, script_language
from extractors.signals.wordlists import word_list


@given(st.text())
def test_folding_keeps_every_offset(text):
    assert len(fold(text)) == len(fold_lower(text)) == len(text)


@given(st.text())
def test_folding_twice_changes_no_more_than_once(text):
    assert fold(fold(text)) == fold(text)


def test_full_width_forms_apostrophes_and_hyphens_become_plain():
    assert fold("ＢＹＤ’s １０％ self‑made") == "BYD's 10% self-made"
    assert fold_lower("ＢＹＤ ÄÖ") == "byd äö"


def test_characters_that_would_become_longer_stay():
    assert fold("ﬁ…") == "ﬁ…"
    assert fold_lower("İ") == "İ"


def test_han_characters_separate_words_and_are_no_word_characters():
    assert is_han("米")
    assert is_han("𠀀")
    assert not is_han("a")
    assert [is_word_char(char) for char in "aé9米 -"] == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("小米SU7发布", "zh"),
        ("トヨタの車", "ja"),
        ("현대자동차", "ko"),
        ("Xiaomi (小米) baut Autos in Peking", None),
        ("", None),
    ],
)
def test_the_script_names_a_language_where_it_alone_can(text, language):
    assert script_language(text) == language


def test_letters_of_every_script_are_counted():
    assert count_letters("a1 é米!") == 3


def test_a_word_list_that_does_not_exist_is_an_error():
    with pytest.raises(FileNotFoundError):
        word_list("no-such-list")
