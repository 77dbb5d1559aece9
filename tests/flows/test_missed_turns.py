"""Whose turn it is, decided on facts alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.turns import CYCLE, PATIENCE, Waiting, is_overdue, take_turn

NOW = datetime(2024, 3, 31, 0, 59, tzinfo=UTC)  # a minute before the clocks of Berlin are set forward


def waiting(number, due_s, flow=CYCLE):
    return Waiting(run_id=UUID(int=number), flow=flow, due=NOW + timedelta(seconds=due_s))


def turn(*runs, idle_s=10.0, interval_s=60.0):
    return take_turn(runs, NOW, idle_s=idle_s, interval_s=interval_s, longest_s=15.0)


def test_missed_cycles_are_caught_up_with_one_the_last():
    runs = [waiting(number, -60 * number) for number in range(1, 50)]

    found = turn(*runs)

    assert found.start == runs[0]
    assert set(found.drop) == {run.run_id for run in runs[1:]}
    assert not found.ask


def test_what_somebody_asked_for_is_never_dropped_and_keeps_its_order():
    load, late, now = waiting(1, -300, "load"), waiting(2, -60), waiting(3, 0)

    found = turn(now, load, late)

    assert (found.start, found.drop) == (load, (late.run_id,))
    assert turn(now).start == now


def test_nothing_is_started_before_its_time_and_the_pause_ends_then():
    found = turn(waiting(1, 7))

    assert (found.start, found.drop, found.ask) == (None, (), False)
    assert found.pause_s == 7
    assert turn().pause_s == 15
    assert turn(idle_s=60 * PATIENCE - 4).pause_s == 4


def test_a_cycle_is_asked_for_where_the_schedule_has_stopped():
    tomorrow = waiting(1, 86_400)  # the clock was set back by a day: so long would the server's schedule wait

    assert turn(tomorrow, idle_s=60 * PATIENCE).ask
    assert turn(idle_s=float("inf")).ask
    assert not turn(tomorrow, idle_s=59).ask
    assert not turn(waiting(1, -1), idle_s=1000).ask


RUNS = st.lists(
    st.builds(
        waiting,
        st.integers(1, 10**9),
        st.integers(-(10**6), 10**6),
        st.sampled_from([CYCLE, "load", "alert"]),
    ),
    unique_by=lambda one: one.run_id,
)


@given(RUNS, st.floats(0, 1e6), st.floats(1, 1e5))
def test_every_run_is_started_or_left_or_a_missed_cycle(runs, idle_s, interval_s):
    found = take_turn(runs, NOW, idle_s=idle_s, interval_s=interval_s, longest_s=15.0)
    due = [run for run in runs if run.due <= NOW]
    cycles = [run for run in due if run.flow == CYCLE]

    assert (found.start is None) == (not due)
    assert found.start is None or (found.start in due and found.start.run_id not in found.drop)
    assert len(found.drop) == max(len(cycles) - 1, 0)
    assert {run.run_id for run in runs if run.flow != CYCLE}.isdisjoint(found.drop)
    assert 0 <= found.pause_s <= 15
    assert not (found.ask and cycles)


@pytest.mark.parametrize(
    ("idle_s", "waited_s", "overdue"),
    [
        (899.0, 899.0, False),
        (900.0, 900.0, True),
        (5000.0, 19.0, False),  # under the last runner; the server is just being started
        (5000.0, 20.0, True),
    ],
)
def test_without_the_server_a_cycle_begins_an_interval_after_the_last(idle_s, waited_s, overdue):
    assert is_overdue(idle_s, 900.0, waited_s) == overdue


def test_with_a_short_interval_the_server_is_waited_for_half_of_it():
    assert [is_overdue(60.0, 10.0, waited_s) for waited_s in (4.9, 5.0)] == [False, True]
