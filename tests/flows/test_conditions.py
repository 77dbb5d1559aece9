"""What counts as wrong, from bare facts: where it begins, where it ends, and that it does not waver between."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.conditions import (
    BATCH_WAITS,
    MISSED_CYCLES,
    SHORTEST_WAIT,
    Cycles,
    Room,
    backlog_growing,
    batches_waiting,
    damaged,
    disk_full,
    disk_low,
    no_cycle,
    not_serving,
    polls_overdue,
    silent,
    span,
    undelivered,
    unread,
)
from flows.source_conditions import STATES
from warehouse.overdue import Overdue
from warehouse.vitals import Checked, PagesRead, Rebuilt, Silence, Undelivered

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOTHING = frozenset()
GROWING = frozenset({("backlog-growing", None)})


def silence(since):
    news = tuple(NOON - 60 * DAY + 6 * HOUR * number for number in range(200))
    return Silence(source_id="wire", last_new_at=news[-1], last_ok_at=news[-1] + since, news=news)


def test_a_source_is_silent_once_it_is_so_for_longer_than_its_habit():
    assert list(silent([silence(timedelta(hours=47))])) == []
    (found,) = silent([silence(timedelta(hours=50))])

    assert found.title == "source wire has been silent for 2 days"
    assert "every 6 hours in the middle, 49 times of 50 within 6 hours" in found.says[1]
    assert found.since == silence(DAY).last_new_at


def test_a_source_whose_habit_is_not_known_is_not_called_silent():
    young = Silence(source_id="wire", last_new_at=NOON, last_ok_at=NOON + 30 * DAY, news=(NOON - DAY, NOON))

    assert list(silent([young])) == []


def pages(read, asked=20):
    return [
        PagesRead(source_id="wire", asked=asked, read=read, since=NOON, cause="http-403", host="h.example")
    ]


def test_pages_that_cannot_be_read_are_told_and_over_when_half_can():
    last = {("pages-unread", "wire")}

    assert [bool(list(unread(pages(read), NOTHING))) for read in (4, 5)] == [True, False]
    assert [bool(list(unread(pages(read), last))) for read in (10, 11)] == [True, False]
    assert list(unread(pages(0, asked=9), NOTHING)) == []


def test_undelivered_alerts_are_told_by_rules_of_another_channel():
    waiting = [
        Undelivered(rule=name, alerts=3, oldest_at=NOON - 5 * HOUR, attempts=4, error="no connection")
        for name in ("a", "gone")
    ]
    (found,) = undelivered(waiting, [frozenset({"a", "b"}), frozenset({"c"})], NOON)

    assert (found.subject, found.grave, found.not_by) == ("a", True, {"a", "b"})
    assert "3 alerts should have gone out, the oldest 5 hours ago." in found.says


def backlog(*counts, gap=2 * HOUR):
    return [(NOON + gap * place, count) for place, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((10, 20, 40, 60, 90, 120), True),
        ((0, 0, 30, 30, 60, 60), True),
        ((100, 110, 120, 130, 140, 150), False),  # not twice of what it was
        ((5, 10, 20, 25, 30, 45), False),  # little
        ((20, 120, 20, 40, 60, 40, 90, 120, 100), True),  # single ones do not count
        ((10, 300, 250, 200, 150, 100), False),  # comes down
        ((10, 20, 120), False),  # too few
        ((), False),
    ],
)
def test_a_backlog_that_grows_is_told(counts, told):
    assert bool(list(backlog_growing(backlog(*counts), NOTHING))) == told


def test_a_backlog_that_grows_fast_is_told_only_after_some_hours():
    assert list(backlog_growing(backlog(10, 20, 40, 60, 90, 120, gap=HOUR), NOTHING)) == []


def test_it_is_over_when_half_of_the_highest_is_left():
    assert list(backlog_growing(backlog(10, 500, 300), GROWING))
    assert list(backlog_growing(backlog(10, 500, 250), GROWING)) == []
    assert list(backlog_growing(backlog(10, 40, 24), GROWING)) == []


@pytest.mark.parametrize(("sources", "grave"), [(3, False), (9, True)])
def test_sources_that_are_due_and_not_polled_are_told(sources, grave):
    ids = tuple(f"s{number}" for number in range(sources))
    (found,) = polls_overdue(Overdue(sources=sources, polled=9, oldest_at=NOON, ids=ids))

    assert (found.title, found.grave) == (f"{sources} sources of 9 are due and not polled", grave)
    assert list(polls_overdue(None)) == []


def test_batches_that_wait_for_long_are_told():
    assert list(batches_waiting(0, None, NOON)) == []
    assert list(batches_waiting(1, NOON - BATCH_WAITS, NOON)) == []
    (found,) = batches_waiting(2, NOON - BATCH_WAITS - HOUR, NOON)
    assert (found.title, found.grave) == ("2 batches cannot be loaded", True)


def room(free, files=None):
    return [Room(folder="H", free_bytes=free, files=files)]


def test_room_is_low_below_what_two_cycles_need_and_full_below_one():
    low, full = {("disk-low", "H")}, {("disk-full", "H")}

    assert [bool(list(disk_low(room(free), 100, NOTHING))) for free in (199, 200)] == [True, False]
    assert [bool(list(disk_low(room(free), 100, low))) for free in (299, 300)] == [True, False]
    assert [bool(list(disk_full(room(free), 100, NOTHING))) for free in (99, 100)] == [True, False]
    assert [bool(list(disk_full(room(free), 100, full))) for free in (199, 200)] == [True, False]


def test_a_file_system_without_files_left_is_told_though_it_has_room():
    (found,) = disk_low(room(1 << 40, files=7), 100, NOTHING)

    assert "7 files can be made" in found.says[0]
    assert list(disk_full(room(1 << 40, files=0), 100, NOTHING))
    assert list(disk_low(room(1 << 40, files=1 << 20), 100, NOTHING)) == []


@given(st.lists(st.integers(0, 600), max_size=40))
def test_what_wavers_within_the_bounds_is_told_once(course):
    last, turned_at = frozenset(), None
    for free in course:
        found = frozenset(one.key for one in disk_low(room(free), 100, last))
        if found != last:
            assert turned_at is None or abs(free - turned_at) > 100
            turned_at = free
        last = found


def cycles(waited, **changes):
    told = {"interval": 5 * MINUTE, "serving_since": NOON - DAY, "last_ok_at": NOON - HOUR} | changes
    return Cycles(waited=waited, **told)


def test_missed_cycles_are_told_with_what_the_last_one_ended_with():
    wait = max(MISSED_CYCLES * 5 * MINUTE, SHORTEST_WAIT)
    assert list(no_cycle(cycles(wait), None, NOON)) == []
    (found,) = no_cycle(
        cycles(wait + MINUTE, last_ended_at=NOON - MINUTE, last_error="OSError: disk full"), None, NOON
    )

    assert (found.title, found.since, found.grave) == (
        "no cycle has come to its end for 60 minutes",
        NOON - HOUR,
        True,
    )
    assert "On 2024-03-28 11:59 UTC one ended with: OSError: disk full" in found.says


def test_longer_intervals_make_a_longer_wait():
    assert list(no_cycle(cycles(HOUR, interval=HOUR), None, NOON)) == []
    assert list(no_cycle(cycles(5 * HOUR, interval=HOUR), None, NOON))


def test_a_cycle_at_work_is_waited_for():
    assert list(no_cycle(cycles(DAY, working=True), None, NOON)) == []


def test_only_a_cycle_that_ends_well_ends_it_not_a_new_start():
    since = NOON - HOUR
    assert [one.since for one in no_cycle(cycles(timedelta(0), working=True), since, NOON)] == [since]
    assert list(no_cycle(cycles(timedelta(0), last_ok_at=NOON), since, NOON)) == []


def test_before_the_first_cycle_it_counts_from_the_start():
    (found,) = no_cycle(cycles(HOUR, last_ok_at=None), None, NOON)

    assert found.since == NOON - DAY
    assert "None has come to its end so far." in found.says[0]


def test_serve_that_is_gone_is_told_unless_cycles_are_run_otherwise():
    assert list(not_serving(NOON - MINUTE, NOON)) == []
    assert [one.grave for one in not_serving(NOON - HOUR, NOON)] == [True]
    assert list(not_serving(None, NOON))


def test_what_the_daily_check_found_is_told_as_long_as_it_finds_it():
    whole = Checked(started_at=NOON, state="whole", findings=())
    torn = Checked(started_at=NOON, state="unreadable", findings=("articles: Corrupt block",))

    assert list(damaged(None, None, NOON)) == list(damaged(whole, None, NOON)) == []
    (found,) = damaged(torn, None, NOON)
    assert (found.name, found.grave) == ("integrity", True)
    assert "articles: Corrupt block" in found.says


def test_a_rebuild_is_shown_for_a_week():
    rebuilt = Rebuilt(
        rebuilt_at=NOON,
        cause="cut short",
        made_from="snapshot",
        as_of=NOON - DAY,
        returned=4,
        set_aside="w.broken",
    )

    assert [one.since for one in damaged(None, rebuilt, NOON + DAY)] == [NOON]
    torn = Checked(started_at=NOON - HOUR, state="unreadable", findings=("x",))
    assert [one.name for one in damaged(torn, rebuilt, NOON + DAY)] == ["rebuilt"]
    assert list(damaged(None, rebuilt, NOON + 7 * DAY)) == []


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0 seconds"),
        (1, "1 second"),
        (90, "90 seconds"),
        (120, "2 minutes"),
        (7_199, "119 minutes"),
        (86_400 * 2 - 1, "47 hours"),
        (86_400 * 2, "2 days"),
    ],
)
def test_a_length_of_time_is_told_in_one_unit(seconds, told):
    assert span(timedelta(seconds=seconds)) == told


def test_every_condition_stands_in_the_document():
    packages = Path(__file__).parents[2] / "flows"
    code = "".join((packages / name).read_text("utf-8") for name in ("conditions.py", "source_conditions.py"))
    names = {*re.findall(r'name="([a-z-]+)"', code), *STATES, "all-failing"}
    document = (packages.parent / "docs" / "health.md").read_text("utf-8")

    assert len(names) > 12
    assert [name for name in sorted(names) if f"`{name}`" not in document] == []


def test_every_figure_stands_in_the_document():
    code = (Path(__file__).parents[2] / "flows" / "metrics.py").read_text("utf-8")
    document = (Path(__file__).parents[2] / "docs" / "health.md").read_text("utf-8")
    names = {
        *re.findall(r'"newswatch(_[a-z_]+)"', code),
        *(f"_{name}" for name in re.findall(r'"(\w+)": \("', code)),
    }

    assert len(names) > 15
    assert [name for name in sorted(names) if name not in document] == []
