"""What the engine finds of documents that it is given, and in which order."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searchable import T

from warehouse.search_engine import Document, in_memory
from warehouse.search_query import Narrowing, parse_query

WORDS = ["car", "cars", "electric", "plant", "小米", "汽车", "小"]


def document(number, title="", text="", lead=None, article_id=None):
    return Document(
        number=number,
        article_id=article_id or str(number),
        publisher="Wire",
        language="en",
        reported_at=T + timedelta(minutes=number),
        title=title,
        lead=lead,
        text=text,
    )


def found(index, text, most=1_000):
    return [int(one.article_id) for one in index.best(parse_query(text), Narrowing(), most)[0]]


def test_the_title_counts_most_then_the_lead_then_the_text():
    index = in_memory(
        [document(3, "x", "y z car"), document(2, "x", "car y z", lead="car"), document(1, "car", "x y z")]
    )

    assert found(index, "car") == [1, 2, 3]


def test_a_phrase_does_not_go_from_the_title_into_the_text():
    index = in_memory([document(1, "new electric", "car plant")])

    assert found(index, '"electric car"') == []
    assert found(index, '"new electric" "car plant"') == [1]


def test_of_equal_ones_the_newest_come_first_and_all_are_counted():
    index = in_memory([document(number, "", "car") for number in range(1, 50)])
    best, articles = index.best(parse_query("car"), Narrowing(), 3)

    assert ([one.article_id for one in best], articles) == (["49", "48", "47"], 49)


def test_the_word_itself_counts_more_than_longer_ones():
    index = in_memory([document(1, "", "car"), document(2, "", "cars"), document(3, "", "plant")])

    assert found(index, "car") == [1, 2]


@pytest.mark.parametrize("known", [4_096, 5])
def test_the_most_frequent_longer_words_count_more_than_the_rarer_ones_and_all_are_found(monkeypatch, known):
    monkeypatch.setattr("warehouse.search_asked._LONGER", 2)
    monkeypatch.setattr("warehouse.search_asked._KNOWN_LONGER", known)
    often = [document(number, "", f"car{'ab'[number % 2]} x") for number in range(1, 9)]
    rare = [document(number, "", f"car{'cdefgh'[number - 20]} x") for number in range(20, 26)]
    index = in_memory([*often, *rare, document(30, "", "scar x"), document(31, "car", "x")])

    assert found(index, "car") == [31, *range(8, 0, -1), *range(25, 19, -1)]
    assert index.best(parse_query("car"), Narrowing(), 1)[1] == 15


def test_of_a_long_search_words_that_most_articles_hold_have_to_be_there_and_are_not_weighed(monkeypatch):
    monkeypatch.setattr("warehouse.search_reader._FREQUENT", 1)
    often = [document(number, "", "the a of in car") for number in range(1, 9)]
    index = in_memory(
        [*often, document(20, "the a of in", "plant car"), document(21, "plant", "the a of in x")]
    )

    best, articles = index.best(parse_query("the a of in plant car"), Narrowing(), 3)

    assert [(one.article_id, one.parts) for one in best] == [("20", 6), ("21", 5), ("8", 5)]
    assert articles == 10
    assert [one.score for one in best[1:]] == pytest.approx(
        [index.best(parse_query("plant"), Narrowing(), 1)[0][0].score, 0.0], abs=1e-2
    )
    assert found(index, "the a of in car", most=2) == [20, 8]


def test_where_all_words_are_in_most_articles_the_rarest_is_weighed(monkeypatch):
    monkeypatch.setattr("warehouse.search_reader._FREQUENT", 1)
    often = [document(number, "", "the of car") for number in range(1, 9)]
    index = in_memory(
        [*often, document(20, "car", "the of"), document(21, "the", "of x"), document(22, "", "the of")]
    )

    assert found(index, "the of car") == [20, *range(8, 0, -1), 22, 21]


def test_where_few_hold_all_words_those_with_some_of_them_follow_and_all_are_counted():
    index = in_memory(
        [
            document(1, "", "car plant"),
            document(2, "car", "x"),
            document(3, "", "plants"),
            document(4, "", "y"),
        ]
    )
    best, articles = index.best(parse_query("car plant"), Narrowing(), 10)

    assert [(one.article_id, one.parts) for one in best] == [("1", 2), ("2", 1), ("3", 1)]
    assert articles == 3
    assert index.best(parse_query("car plant"), Narrowing(), 1)[0][0].score == pytest.approx(
        best[0].score, rel=1e-3
    )
    assert index.best(parse_query("car plant"), Narrowing(), 1)[1] == 3


def test_a_revision_takes_the_place_of_what_was_there():
    index = in_memory([document(1, "car", article_id="1"), document(2, "plant", article_id="1")])

    assert (index.size(), found(index, "car"), found(index, "plant")) == (1, [], [1])


@pytest.mark.parametrize("parts", [1, 2, 8, 32])
def test_more_words_come_before_words_that_fit_better(parts):
    few = [f"word{number}" for number in range(parts)]
    often = document(1, " ".join(few[:-1] * 9), " ".join(few[:-1] * 50), lead=" ".join(few[:-1] * 9))
    once = document(2, "", " ".join([*few, *["other"] * 900]))
    rest = [document(number, "", "other") for number in range(3, 900)]
    best, _ = in_memory([often, once, *rest]).best(parse_query(" ".join(few)), Narrowing(), 5)

    assert [(one.article_id, one.parts) for one in best] == [("2", parts), ("1", parts - 1)][: len(best)]
    assert all(one.score > 0 for one in best)


@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=12),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS[:-1]),  # one character is found within a run of them
)
@settings(max_examples=25, deadline=None)
def test_words_and_phrases_are_found_where_they_stand_and_nowhere_else(bodies, first, second):
    index = in_memory([document(number, "", body) for number, body in enumerate(bodies)])
    words = [body.split() for body in bodies]
    pairs = [list(pairwise(one)) for one in words]
    starts = {n for n, one in enumerate(words) if any(word.startswith(first) for word in one)}
    together = {n for n, one in enumerate(pairs) if (first, second) in one}

    assert set(found(index, first)) == starts
    assert set(found(index, f"{first} -{second}")) == starts - set(found(index, second))
    if first != "小":
        assert set(found(index, f'"{first} {second}"')) == together
    else:  # whatever pair it begins
        assert together <= set(found(index, f'"{first} {second}"'))
