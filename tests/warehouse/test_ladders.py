"""Ladders of status: what is a step on, what is known already, and what may happen from anywhere."""

from itertools import pairwise, product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import EventType, Status
from warehouse.ladders import FALLEN, entails, goes_further, rung

TYPES, STATUSES = get_args(EventType), get_args(Status)
WAYS = {
    "partnership": ("considered", "talks", "planned", "agreed", "approved", "started", "completed"),
    "stake": ("considered", "talks", "planned", "agreed", "approved", "completed"),
    "plant": ("considered", "planned", "approved", "started", "completed"),
    "licence": ("considered", "talks", "applied", "agreed", "approved", "completed"),
    "product": ("considered", "planned", "started"),
    "orders": ("planned", "agreed", "started", "completed"),
    "safety": ("considered", "started"),
}
#: The same state of a matter in two words.
ALIKE = (
    ("partnership", "planned", "applied"),
    ("licence", "started", "completed"),
    ("product", "planned", "applied"),
    ("product", "started", "completed"),
    ("orders", "considered", "talks"),
    ("safety", "started", "completed"),
)


@pytest.mark.parametrize("event_type", WAYS)
def test_each_step_of_a_matter_goes_further_and_none_goes_back(event_type):
    for before, after in pairwise(WAYS[event_type]):
        assert goes_further(event_type, before, after)
        assert not goes_further(event_type, after, before)


@pytest.mark.parametrize("event_type", WAYS)
def test_who_knows_a_later_step_knows_the_earlier_ones(event_type):
    for before, after in pairwise(WAYS[event_type]):
        assert entails(event_type, after, before)
        assert not entails(event_type, before, after)


@pytest.mark.parametrize(("event_type", "one", "other"), ALIKE)
def test_two_words_for_one_state_are_no_step(event_type, one, other):
    assert not goes_further(event_type, one, other)
    assert not goes_further(event_type, other, one)
    assert entails(event_type, one, other)
    assert entails(event_type, other, one)


@pytest.mark.parametrize(("event_type", "known"), product(TYPES, STATUSES))
def test_a_matter_may_fall_from_anywhere_and_come_back(event_type, known):
    for fallen in FALLEN:
        assert goes_further(event_type, known, fallen) == (known not in FALLEN)
        assert goes_further(event_type, fallen, known) == (known not in FALLEN and known != "delayed")


@pytest.mark.parametrize(("event_type", "known"), product(TYPES, STATUSES))
def test_what_is_under_way_may_be_delayed_and_go_on(event_type, known):
    assert goes_further(event_type, known, "delayed") == (known not in FALLEN | {"delayed"})
    assert goes_further(event_type, "delayed", known) == (known != "delayed")


@pytest.mark.parametrize("event_type", TYPES)
def test_delays_and_falls_have_no_rung_and_each_word_for_a_step_has_one(event_type):
    without = {status for status in STATUSES if rung(event_type, status) is None}
    senseless = {
        "product": {"talks", "agreed", "approved"},
        "orders": {"applied", "approved"},
        "safety": {"talks", "applied", "agreed", "approved"},
    }

    assert without == FALLEN | {"delayed"} | senseless.get(event_type, set())


@given(st.sampled_from(TYPES), st.sampled_from(STATUSES), st.sampled_from(STATUSES))
def test_a_step_on_is_never_known_already(event_type, known, said):
    assert not (entails(event_type, known, said) and goes_further(event_type, known, said))
    assert entails(event_type, known, known)
