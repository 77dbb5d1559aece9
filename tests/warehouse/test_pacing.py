"""How often a source is asked while it works, and what is told of one that works."""

from dataclasses import replace

import pytest

from tests.warehouse.source_polls import DAY, HOUR, NOON, STATE, listed, poll, polled, wait
from warehouse.scheduling import after_poll, audit_due


def test_two_quiet_polls_on_time_lengthen_the_pace_up_to_four_times_the_interval():
    once, twice = polled(STATE, poll()), polled(STATE, poll(), poll())
    long = polled(STATE, *[poll()] * 60)

    assert (once.pace_s, twice.pace_s, long.pace_s) == (3600, 4200, 14_400)
    assert wait(long) >= 4 * HOUR


def test_a_late_poll_says_nothing_of_the_pace():
    late = after_poll(polled(STATE, poll()), poll(started_at=NOON + 9 * HOUR))

    assert (late.pace_s, late.quiet_polls) == (3600, 0)


def test_something_new_halves_the_way_back_and_a_new_listing_takes_it_all():
    slow = replace(STATE, pace_s=7200.0)

    assert polled(slow, listed(20, 1)).pace_s == 5400
    assert polled(slow, listed(20, 14)).pace_s == 3600


def test_a_pace_is_never_longer_than_six_hours_unless_the_interval_is():
    assert polled(replace(STATE, interval_s=10_800.0, pace_s=10_800.0), *[poll()] * 90).pace_s == 21_600
    assert polled(replace(STATE, interval_s=86_400.0, pace_s=86_400.0), *[poll()] * 9).pace_s == 86_400


def test_a_listing_that_is_all_new_tells_of_a_possible_loss():
    after = after_poll(STATE, listed(25, 25))

    assert (after.state, after.losses, after.loss_items) == ("ok", 1, 25)
    assert "none of its 25 items" in after.advice
    assert "`every` (60 minutes) is too long" in after.advice
    assert (
        after_poll(after, poll(started_at=NOON + 8 * DAY)).advice is None
        or "25 items" not in after_poll(after, poll(started_at=NOON + 8 * DAY)).advice
    )


@pytest.mark.parametrize(
    ("state", "one"),
    [
        (replace(STATE, last_ok_at=None, last_new_at=None, full_at=None), listed(25, 25)),  # the first poll
        (STATE, listed(25, 24)),
        (STATE, listed(4, 4)),
        (replace(STATE, polled_kind="sitemap"), listed(25, 25)),  # lists two days: nothing is pushed out
    ],
)
def test_no_loss_is_told_where_none_is_likely(state, one):
    assert after_poll(state, one).loss_at is None


def test_a_source_that_works_and_brings_nothing_for_long_is_told():
    silent = after_poll(replace(STATE, last_new_at=NOON - 16 * DAY), poll())

    assert silent.state == "ok"
    assert "nothing new has come since 2024-03-12" in silent.advice
    assert after_poll(replace(STATE, last_new_at=NOON - 13 * DAY), poll()).advice is None


def test_a_listing_of_nothing_but_news_tells_of_news_and_of_no_loss():
    slow = replace(STATE, pace_s=7200.0, quiet_polls=3)
    after = polled(slow, listed(25, 25, partial=True, http_status=226))

    assert (after.pace_s, after.quiet_polls, after.last_new_at) == (5400, 0, NOON)
    assert (after.loss_at, after.losses, after.advice) == (None, 0, None)


def test_partial_listings_do_not_put_off_the_look_at_the_whole():
    news = listed(2, 2, partial=True, http_status=226)
    state = polled(replace(STATE, next_poll_at=NOON + 30 * HOUR), news)

    assert state.full_at == STATE.full_at
    assert not audit_due(state, NOON + 31 * HOUR)  # it has just shown that it does not freeze
    assert audit_due(polled(state, poll(), poll()), NOON + 40 * HOUR)
