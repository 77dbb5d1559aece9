from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.numbers import find_numbers, plain_form
from extractors.signals.scripts import fold


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "300,000", "300000"),
        ("de", "300.000", "300000"),
        ("de", "250'000", "250000"),
        ("en", "3.5", "3.5"),
        ("de", "3,5", "3.5"),
        ("de", "8.000,50", "8000.5"),
        ("en", "10bn", "10000000000"),
        ("en", "10-billion", "10000000000"),
        ("en", "1.7m", "1700000"),
        ("en", "half a million", "500000"),
        ("en", "a hundred thousand", "100000"),
        ("en", "ten billion", "10000000000"),
        ("de", "1,7 Millionen", "1700000"),
        ("de", "10 Mrd.", "10000000000"),
        ("de", "eine halbe Million", "500000"),
        ("de", "anderthalb Milliarden", "1500000000"),
        ("de", "zehntausend", "10000"),
        ("zh", "100亿", "10000000000"),
        ("zh", "21.59万", "215900"),
        ("zh", "十万", "100000"),
        ("zh", "一千三百万", "13000000"),
        ("zh", "1.2万亿", "1200000000000"),
        ("zh", "一百零五", "105"),
        (None, "10 million", "10000000"),
        ("fr", "300,000", "300000"),
    ],
)
def test_a_number_is_read_in_the_grammar_of_its_language(language, text, value):
    (number,) = find_numbers(text, language)
    assert (plain_form(number.value), number.start, number.stop) == (value, 0, len(text))


@pytest.mark.parametrize("text", ["SU7", "BJ40", "MS11", "the 3rd car", "a car"])
def test_names_ranks_and_articles_are_no_numbers(text):
    assert find_numbers(text, "en") == []


def test_an_ordinal_in_the_thousands_counts():
    (number,) = find_numbers("the 10,000th car", "en")
    assert number.value == 10_000


@given(st.integers(min_value=0, max_value=10**15))
def test_grouped_digits_mean_what_they_say_in_both_grammars(value):
    (english,) = find_numbers(f"{value:,}", "en")
    (german,) = find_numbers(f"{value:,}".replace(",", "."), "de")
    assert english.value == german.value == value


@given(st.decimals(min_value=0, max_value=10**12, places=3))
def test_the_plain_form_has_no_exponent_and_is_equal(value):
    assert "E" not in plain_form(value)
    assert Decimal(plain_form(value)) == value


@given(
    st.text(alphabet="0123456789.,-万亿千百十一二 bnmMio") | st.text(),
    st.sampled_from(["de", "en", "zh", None]),
)
def test_numbers_of_any_text_lie_in_order_within_it(text, language):
    numbers = find_numbers(fold(text), language)
    assert all(0 <= number.start < number.stop <= len(text) for number in numbers)
    assert all(left.stop <= right.start for left, right in pairwise(numbers))


@pytest.mark.parametrize(
    "text", ["亿" * 50_000, "1" * 50_000, "1,000" * 10_000, "ten million " * 10_000, "9" + "万" * 10_000]
)
def test_a_flood_of_digits_gives_no_monstrous_number(text):
    for language in ("de", "en", "zh"):
        assert all(len(plain_form(number.value)) < 60 for number in find_numbers(text, language))
