"""How texts become terms."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.search_terms import composed, is_paired, runs, terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Xiaomi's Müller-Straße", ["xiaomi", "muller", "strasse"]),
        ("E-Auto SU7, 3.5%", ["e", "auto", "su7", "3", "5"]),
        ("小米汽車", ["小米", "米汽", "汽车", "车"]),
        ("小米SU7车", ["小米", "米", "su7", "车"]),
        ("Ｘｉａｏｍｉ ②", ["xiaomi", "2"]),
        ("リーフ 현대차", ["リー", "ーフ", "フ", "현대", "대차", "차"]),
        ("Elek\u00adtro a\u0308b", ["elektro", "ab"]),
        ("ŒUVRE Éric Ångström", ["œuvre", "eric", "angstrom"]),
        ("…!? '' _", []),
    ],
)
def test_words_are_folded_and_chinese_is_paired(text, found):
    assert terms(text) == found


@given(st.text())
def test_any_text_has_terms_of_letters_and_digits_alone(text):
    for term in terms(text):
        assert term
        assert not any(character.isspace() or character in "\"'-*^:()" for character in term)
        assert len(term) <= 2 or not is_paired(term[0])


@given(st.text())
def test_runs_stand_where_they_say_and_cover_the_terms(text):
    whole = composed(text)
    found = list(runs(text))

    assert all(0 <= start < stop <= len(whole) for _, start, stop in found)
    assert all(stop <= start for (_, _, stop), (_, start, _) in pairwise(found))
    assert len(terms(text)) == sum(len(run) if is_paired(run[0]) else 1 for run, _, _ in found)


@given(st.text(alphabet="aß\u00e4e\u0301s'\u2019-. \n\u3000\u00a0\u00ad小米ｶﾞ1", max_size=60))
def test_pieces_between_blanks_have_the_terms_of_the_whole(text):
    expected = []
    for run, _, _ in runs(text):
        expected += [run[at : at + 2] for at in range(len(run))] if is_paired(run[0]) else [run]

    assert terms(text) == expected


@given(st.text(alphabet="aäöüßéñcÅ 小米汽車'-.S7"))
def test_capitals_and_the_form_of_accents_make_no_difference(text):
    assert terms(unicodedata.normalize("NFD", text)) == terms(text)
    assert terms(text.swapcase().replace("SS", "ß")) == terms(text)
