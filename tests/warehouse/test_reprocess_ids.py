"""What is found anew keeps the id by which it was known: the surest pairs first, and no id goes twice."""

from hypothesis import given
from hypothesis import strategies as st

from warehouse.reprocess_ids import Pair, renamed


def pair(new_id, old_id, shared=1.0, **said):
    return Pair(new_id=new_id, old_id=old_id, shared=shared, **said)


def test_what_is_the_same_gets_the_id_it_had():
    assert renamed([pair("d2", "d1")], [], ["d2"], ["d1"]) == {"d2": "d1"}


def test_the_same_sentence_goes_before_the_same_articles():
    told = pair("n1", "o1", 0.2, same_type=False, same_parties=False)
    near = pair("n2", "o1", 0.9, same_sentence=False)

    assert renamed([near, told], [], ["n1", "n2"], ["o1"]) == {"n1": "o1"}


def test_of_one_kind_but_about_others_with_other_articles_is_not_the_same():
    far = pair("n1", "o1", 0.2, same_sentence=False, same_parties=False)

    assert renamed([far], [], ["n1"], ["o1"]) == {}


def test_another_kind_with_another_sentence_is_not_the_same_whatever_it_shares():
    assert renamed([pair("n1", "o1", same_sentence=False, same_type=False)], [], ["n1"], ["o1"]) == {}


def test_two_that_change_places_change_their_ids():
    pairs = [pair("a", "b"), pair("b", "a")]

    assert renamed(pairs, [], ["a", "b"], ["a", "b"]) == {"a": "b", "b": "a"}


def test_what_is_new_gives_up_an_id_that_another_one_had():
    names = renamed([pair("n1", "d1")], [], ["n1", "d1"], ["d1"])

    assert names["n1"] == "d1"
    assert names["d1"] not in {"n1", "d1"}
    assert renamed([pair("n1", "d1")], [], ["n1", "d1"], ["d1", names["d1"]])["d1"] != names["d1"]


def test_what_keeps_its_id_is_not_renamed():
    assert renamed([pair("d1", "d1"), pair("d1", "d0", 0.9)], [], ["d1"], ["d0", "d1"]) == {}


IDS = st.sampled_from([f"d{number}" for number in range(6)])
PAIRS = st.lists(
    st.builds(
        Pair,
        new_id=IDS,
        old_id=IDS,
        shared=st.floats(0.01, 1.0),
        same_sentence=st.booleans(),
        same_type=st.booleans(),
        same_parties=st.booleans(),
    ),
    unique_by=lambda one: (one.new_id, one.old_id),
)


@given(PAIRS, st.sets(IDS), st.sets(IDS))
def test_no_id_goes_twice_and_none_is_given_that_was_another_ones(pairs, new_ids, settled):
    found = (new_ids | {one.new_id for one in pairs}) - settled
    pairs = [one for one in pairs if one.new_id not in settled and one.old_id not in settled]
    known = {one.old_id for one in pairs} | settled

    names = renamed(pairs, settled, found, known)

    final = [names.get(one, one) for one in found]
    assert len(set(final)) == len(final)
    assert not settled & set(final)
    assert names == renamed(list(reversed(pairs)), settled, sorted(found), sorted(known))
    same = {(one.new_id, one.old_id) for one in pairs if one.is_same}
    assert all((new, old) in same or old not in known for new, old in names.items())
