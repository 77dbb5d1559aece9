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


def test_traditional_characters_become_simplified():
    assert (
        fold("雷軍與小米汽車、北京汽車集團談判。預計產能30萬輛")
        == "雷军与小米汽车、北京汽车集团谈判。预计产能30万辆"
    )
    assert fold("臺灣裡衞發麵鬆鐘憑麼聯單雙離灣藥製電") == "台湾里卫发面松钟凭么联单双离湾药制电"


def test_simplified_text_stays_as_it_is():
    # The first level of GB 2312: its 3,755 most common characters.
    common = [
        bytes((row, column)).decode("gb2312")
        for row in range(0xB0, 0xD8)
        for column in range(0xA1, 0xFF if row < 0xD7 else 0xFA)
    ]

    assert len(common) == 3755
    assert [char for char in common if fold(char) != char] == []


def test_nearly_all_common_traditional_characters_become_characters_of_simplified_text():
    common, missed = 0, []
    for row in range(0xA4, 0xC7):  # the first level of Big 5: its 5,401 most common characters
        for column in (*range(0x40, 0x7F), *range(0xA1, 0xFF if row < 0xC6 else 0xA1)):
            char = bytes((row, column)).decode("big5")
            common += 1
            try:
                fold(char).encode("gb2312")
            except UnicodeEncodeError:
                missed.append(char)

    assert common == 5401
    assert len(missed) < 0.04 * common


def test_middle_dots_become_one():
    assert fold("埃隆•马斯克、埃隆・马斯克、埃隆‧马斯克") == "埃隆·马斯克、埃隆·马斯克、埃隆·马斯克"


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
