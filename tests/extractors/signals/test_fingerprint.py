from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.fingerprint import count_words, has_digit, is_sampled, sampled, shingles

LONG = " ".join(f"word{number}" for number in range(400))


def test_a_fingerprint_is_sorted_unique_and_fits_32_bits():
    marks = shingles(LONG, "en")
    assert list(marks) == sorted(set(marks))
    assert all(0 <= mark < 1 << 32 for mark in marks)


def test_a_long_text_keeps_only_every_fourth_hash():
    marks = shingles(LONG, "en")
    assert all(mark % 4 == 0 for mark in marks)
    assert 50 < len(marks) < 150


def test_a_short_text_keeps_all_its_runs():
    assert len(shingles("one two three four five", "en")) == 3


def test_case_punctuation_and_full_width_forms_change_nothing():
    assert shingles("Acme buys Bolt, again!", "en") == shingles("ACME  buys “bolt” again", "en")
    assert shingles("售价２１万元，明年上市", "zh") == shingles("售价21万元明年上市", "zh")


def test_a_copy_with_one_changed_word_shares_most_of_its_fingerprint():
    first, second = set(shingles(LONG, "en")), set(shingles(LONG.replace("word7 ", "other "), "en"))
    assert len(first & second) > 0.9 * len(first)


def test_chinese_is_cut_into_runs_of_five_characters():
    assert len(shingles("小米汽车今天发布", "zh")) == 4
    assert shingles("小米汽车今天发布", None) == shingles("小米汽车今天发布", "zh")


def test_a_text_without_words_has_no_fingerprint():
    assert shingles("… – !", "en") == ()


def test_words_are_counted_and_chinese_by_character():
    assert count_words("Two words, 小米!") == 4
    assert count_words("") == 0


def test_runs_with_a_digit_are_told_apart():
    marks = shingles("the price rose to 47 euros in one day", "en")
    assert sum(map(has_digit, marks)) == 3
    assert not any(map(has_digit, shingles("the price rose to a new height", "en")))


def test_a_short_text_is_compared_with_a_long_one_by_what_both_keep():
    short = " ".join(LONG.split()[100:140])
    assert not is_sampled(shingles(short, "en"))
    assert is_sampled(shingles(LONG, "en"))
    assert sampled(shingles(short, "en")) <= set(shingles(LONG, "en"))


@given(st.text())
def test_no_text_is_refused(text):
    assert shingles(text, None) == shingles(text, None)
