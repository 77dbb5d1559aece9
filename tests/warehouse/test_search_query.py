"""What is typed into a search, as what is looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.search_query import MOST_PARTS, Part, Slot, parse_query


def slots(text):
    query = parse_query(text)
    return [[(one.offset, *one.spellings) for one in part.slots] for part in query.wanted]


def test_words_phrases_and_what_is_left_out():
    query = parse_query('car "electric car" -BAIC -"joint venture"')

    assert [part.typed for part in query.wanted] == ["car", "electric car"]
    assert [part.typed for part in query.unwanted] == ["BAIC", "joint venture"]
    assert query.wanted[0] == Part("car", (Slot(0, ("car",), grows=True),))
    assert [one.grows for one in query.wanted[1].slots] == [False, False]


def test_a_word_with_signs_in_it_is_a_phrase_whose_end_may_be_longer():
    (part,) = parse_query("E-Auto").wanted

    assert part.slots == (Slot(0, ("e",), grows=False), Slot(1, ("auto",), grows=True))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("小米", [[(0, "小米")]]),
        ("小米汽車", [[(0, "小米"), (2, "汽车")]]),
        ("新能源", [[(0, "新能"), (1, "能源")]]),
        ("小米SU7", [[(0, "小米"), (2, "su7")]]),
        ("车", [[(0, "车")]]),
    ],
)
def test_chinese_is_covered_by_as_few_pairs_as_can_be(typed, found):
    assert slots(typed) == found


@pytest.mark.parametrize(
    ("typed", "spellings"),
    [
        ("Händler", {"handler", "haendler"}),
        ("Haendler", {"haendler", "handler"}),
        ("Straße", {"strasse"}),
        ("neue", {"neue", "neu" + "e"}),
        ("EV", {"ev", "evs"}),
        ("7", {"7"}),
    ],
)
def test_umlauts_are_found_however_they_are_written(typed, spellings):
    (part,) = parse_query(typed).wanted

    assert spellings <= set(part.slots[0].spellings)


@pytest.mark.parametrize("typed", ["", " ", '"', '""', "-", "- -", "* ( ) ^ : .", "-car"])
def test_signs_and_what_is_only_left_out_ask_for_nothing(typed):
    assert parse_query(typed).wanted == ()


def test_the_same_counts_once():
    assert len(parse_query('car CAR Car “car” "car"').wanted) == 2  # the word, and the phrase


def test_a_minus_within_a_word_leaves_nothing_out():
    query = parse_query("joint-venture rise–fall")

    assert query.unwanted == ()
    assert len(query.wanted) == 2


def test_a_pasted_text_is_cut():
    query = parse_query(" ".join(f"word{number}" for number in range(MOST_PARTS + 1)))

    assert (len(query.wanted), query.cut) == (MOST_PARTS, True)


@given(st.text())
def test_any_text_can_be_asked(text):
    query = parse_query(text)

    for part in (*query.wanted, *query.unwanted):
        assert part.slots[0].offset == 0
        assert all(spelling for slot in part.slots for spelling in slot.spellings)
