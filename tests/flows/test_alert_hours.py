"""Digests at a local time, quiet hours, and the bound of an hour: whatever clocks do, all goes out, once, in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_alerts import an_alert

from extractors.watch import AlertRule
from flows.alerts.channels import TOO_MANY, bounded, is_held_back
from flows.alerts.hours import digest_is_due, free_at, goes_out_at, is_quiet, last_digest_at, messages_left

BERLIN = ZoneInfo("Europe/Berlin")
DESK = AlertRule(name="desk", to="env:DESK")
DAILY = replace(DESK, digest="daily", digest_at="08:00 Europe/Berlin")
WEEKLY = replace(DESK, digest="weekly", digest_at="Mon 08:00 Europe/Berlin")
NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)  # a Thursday; the clocks go forward on Sunday


def local(day, hour, minute=0, month=3):
    return datetime(2024, month, day, hour, minute, tzinfo=BERLIN)


def test_a_daily_digest_goes_out_at_its_local_time_before_and_after_the_clocks_change():
    assert goes_out_at(DAILY, local(30, 12)) == local(31, 8) == datetime(2024, 3, 31, 6, tzinfo=UTC)
    assert goes_out_at(DAILY, local(29, 12)) == local(30, 8) == datetime(2024, 3, 30, 7, tzinfo=UTC)


def test_a_weekly_digest_goes_out_on_its_day():
    assert goes_out_at(WEEKLY, NOON) == datetime(2024, 4, 1, 6, tzinfo=UTC)
    assert goes_out_at(replace(WEEKLY, digest_at=None), NOON) == datetime(2024, 4, 1, tzinfo=UTC)


def test_a_time_that_the_clocks_leave_out_or_repeat_counts_once_that_day():
    rule = replace(DAILY, digest_at="02:30 Europe/Berlin")
    days = [local(day, 12) for day in (30, 31)]
    assert [goes_out_at(rule, day).astimezone(BERLIN).hour for day in days] == [3, 2]

    autumn = replace(DAILY, digest_at="02:30 Europe/Berlin")
    first = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert goes_out_at(autumn, local(26, 12, month=10)) == first
    assert last_digest_at(autumn, first + timedelta(hours=1, minutes=5)) == first


def test_quiet_hours_end_at_their_local_time_on_the_day_the_clocks_change():
    rule = replace(DESK, quiet="22:00-07:00 Europe/Berlin")

    assert goes_out_at(rule, local(30, 23)) == local(31, 7)
    assert is_quiet(rule, local(31, 6, 59))
    assert not is_quiet(rule, local(31, 7))


def test_quiet_hours_that_end_in_a_repeated_hour_end_twice_and_not_a_day_later():
    rule = replace(DESK, quiet="22:00-02:30 Europe/Berlin")
    first, second = (datetime(2024, 10, 27, hour, 30, tzinfo=UTC) for hour in (0, 1))

    assert goes_out_at(rule, first - timedelta(hours=1)) == first
    assert is_quiet(rule, first + timedelta(minutes=40))
    assert goes_out_at(rule, first + timedelta(minutes=40)) == second


MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(
    ["Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
)
DIGESTS = st.one_of(
    st.just(replace(DESK, digest="hourly")),
    st.builds(lambda at, zone: replace(DESK, digest="daily", digest_at=f"{at} {zone}"), TIMES, ZONES),
    st.builds(lambda at, zone: replace(DESK, digest="weekly", digest_at=f"Wed {at} {zone}"), TIMES, ZONES),
    st.builds(
        lambda at, zone: replace(DAILY, quiet=f"{at}-12:34 {zone}"),
        TIMES.filter(lambda at: at != "12:34"),
        ZONES,
    ),
)


@given(DIGESTS, MOMENTS)
def test_what_waits_goes_out_within_its_time_and_not_before(rule, created_at):
    at = goes_out_at(rule, created_at)
    longest = {"hourly": timedelta(hours=1), "daily": timedelta(days=2), "weekly": timedelta(days=7, hours=1)}

    assert created_at < at <= created_at + longest[rule.digest] + timedelta(hours=2)
    assert digest_is_due(rule, created_at, at)
    assert not is_quiet(rule, at)


@given(DIGESTS, MOMENTS, st.lists(st.timedeltas(timedelta(0), timedelta(days=30)), max_size=6))
def test_what_was_due_once_stays_due_whenever_one_looks_later(rule, created_at, later):
    at = goes_out_at(rule, created_at)

    assert all(digest_is_due(rule, created_at, at + wait) for wait in later)


def test_a_clock_that_ran_ahead_keeps_what_it_decided_until_then():
    ahead = NOON + timedelta(days=3)

    assert not digest_is_due(DAILY, ahead, NOON)
    assert digest_is_due(DAILY, ahead, ahead + timedelta(days=1))


@pytest.mark.parametrize("waiting", [1, 3, 4, 30])
def test_a_rule_with_a_bound_tells_so_many_by_themselves_and_holds_the_rest(waiting):
    rule = replace(DESK, at_most=3)
    groups, held = bounded([an_alert(number, NOON) for number in range(waiting)], rule, 3)

    assert [len(group) for group in groups] == [1] * min(waiting, 3)
    assert len(held) == max(waiting - 3, 0)


def test_what_had_to_wait_is_told_in_one_message_with_what_is_new_by_then():
    rule = replace(DESK, at_most=1)
    fresh = [an_alert(1, NOON, f"{TOO_MANY}1 …"), an_alert(2, NOON, f"{TOO_MANY}1 …"), an_alert(3, NOON)]

    assert is_held_back(fresh[0])
    assert bounded(fresh, rule, 0) == ([], tuple(fresh))
    assert bounded(fresh, rule, 1) == ([tuple(fresh)], ())


@given(st.lists(st.integers(0, 200), max_size=30), st.integers(1, 5))
def test_no_more_messages_are_left_than_the_rule_has_in_any_hour(minutes, most):
    rule = replace(DESK, at_most=most)
    sent = [NOON - timedelta(minutes=ago) for ago in minutes]
    left = messages_left(rule, sent, NOON)

    assert left == max(most - sum(ago < 60 for ago in minutes), 0)
    assert (free_at(rule, sent, NOON) == NOON) == (left > 0)
    assert messages_left(rule, sent, free_at(rule, sent, NOON)) > 0
