"""When a source is polled next, and how it is after a poll."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.orders import Instead
from tests.warehouse.source_polls import (
    DAY,
    HOUR,
    NEW_URL,
    NOON,
    STATE,
    URL,
    failed,
    listed,
    poll,
    polled,
    wait,
)
from warehouse.scheduling import (
    JITTER,
    LOST_AFTER,
    MOST_UNDEAD,
    after_poll,
    audit_due,
    is_lost,
    out_of_skipped,
    own_due,
    trusts,
)
from warehouse.source_states import settled

# When it is polled next


@given(
    every=st.floats(60, 90_000),
    pace=st.floats(0, 90_000),
    wait_s=st.none() | st.floats(0, 1e7),
    retry=st.none() | st.floats(0, 1e7),
    weight=st.floats(0, 800),
    failures=st.integers(0, 500),
    one=st.sampled_from([poll(), listed(9, 3), listed(9, 9), failed(), failed("http-403"), failed("dns")]),
)
def test_the_next_poll_is_never_early_and_always_comes(every, pace, wait_s, retry, weight, failures, one):
    state = replace(STATE, interval_s=every, pace_s=pace, failure_weight=weight, failures=failures)

    after = after_poll(state, replace(one, wait_s=wait_s, retry_after_s=retry))
    least = max(every, min(wait_s or 0, 86_400), retry or 0)

    assert after.pace_s >= min(every, pace)
    assert least - 1e-3 <= wait(after).total_seconds()
    assert wait(after) <= max(timedelta(seconds=least), MOST_UNDEAD) * (1 + JITTER) + timedelta(days=1)


STEPS = st.sampled_from(
    [
        poll(),
        listed(30, 0),
        listed(30, 2),
        listed(30, 30),
        failed(),
        failed("timeout"),
        failed("html-for-xml"),
        failed("http-403", http_status=403),
        failed("http-429", http_status=429, retry_after_s=7200.0),
        failed("broken-feed", tried="looked for another listing"),
        listed(5, 1, moved_to=NEW_URL),
        listed(5, 1, instead=Instead(kind="sitemap", url="http://wire.example/map.xml"), tried="so"),
        listed(5, 5, wait_s=7200.0, skip_hours=(1, 2, 12), skip_days=(5, 6)),
        listed(5, 1, audited=True, lied=True),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STEPS, st.booleans()), max_size=60))
def test_whatever_happens_a_source_is_polled_again_within_a_month_and_what_was_asked(steps):
    state = STATE
    for one, late in steps:
        at = state.next_poll_at + (3 * HOUR if late else timedelta(0))
        state = after_poll(state, replace(one, started_at=at, url=state.polled_url))

        assert timedelta(seconds=state.interval_s) <= wait(state) <= 1.1 * MOST_UNDEAD + 4 * DAY
        assert state.interval_s <= state.pace_s <= 4 * state.interval_s
        assert settled({"wire": state}, at)["wire"] == state


def test_jitter_is_only_upward_and_differs_by_source():
    waits = {wait(after_poll(replace(STATE, source_id=f"s{number}"), poll())) for number in range(50)}

    assert min(waits) >= HOUR
    assert max(waits) <= HOUR * 1.1
    assert len(waits) > 40


def test_what_a_listing_asks_holds_for_the_304s_after_it():
    after = polled(STATE, listed(9, 1, wait_s=7200.0), poll(), poll(wait_s=60.0))

    assert wait(after) >= 2 * HOUR


def test_freshness_is_bounded_by_a_day_and_retry_after_is_not():
    assert wait(after_poll(STATE, poll(wait_s=9e5))) <= DAY * 1.1
    assert wait(after_poll(STATE, failed("http-503", retry_after_s=9e5))) >= timedelta(seconds=9e5)


@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone is given
    hours=st.sets(st.integers(0, 23)),
    days=st.sets(st.integers(0, 6)),
)
def test_hours_and_days_that_the_feed_skips_are_skipped(at, hours, days):
    moved = out_of_skipped(
        at, replace(STATE, skip_hours=tuple(hours), skip_days=tuple(days)), timedelta(minutes=9)
    )

    assert at <= moved <= at + 8 * DAY
    assert len(hours) == 24 or moved.hour not in hours
    assert len(days) == 7 or moved.weekday() not in days


def test_a_poll_that_is_older_than_the_last_changes_nothing():
    after = after_poll(STATE, poll())

    assert after_poll(after, failed(started_at=NOON - timedelta(minutes=1))) == after


# Failures


def test_failures_wait_longer_each_time_and_success_resets_them():
    once = after_poll(STATE, failed(advice="wait"))
    many = polled(once, *[failed()] * 3)

    assert (once.state, once.failures, once.failure_weight, once.advice) == ("failing", 1, 0.5, "wait")
    assert wait(once) >= 1.5 * HOUR
    assert wait(many) >= 3 * HOUR
    assert many.failing_since == NOON
    well = polled(many, poll())
    assert (well.state, well.failures, well.failure_weight, well.failing_since, well.cause) == (
        "ok",
        0,
        0,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("cause", "weight"), [("dns", 1), ("html-for-xml", 1), ("http-404", 0.5), ("timeout", 0.25)]
)
def test_what_someone_must_mend_weighs_more_than_what_passes(cause, weight):
    assert after_poll(STATE, failed(cause)).failure_weight == weight


def test_the_wait_is_a_day_at_the_most_until_it_seems_dead_and_a_month_then():
    dying = polled(STATE, *[failed("dns")] * 29)
    dead = polled(dying, *[failed("dns")] * 20)

    assert DAY <= wait(dying) <= DAY + HOUR
    assert DAY * 2 <= wait(dead) <= MOST_UNDEAD * 1.1


def test_a_refusal_waits_four_hours_and_twice_as_long_each_time_up_to_a_day():
    waits = [wait(polled(STATE, *[failed("http-403", http_status=403)] * times)) for times in (1, 2, 3, 4, 9)]

    assert [round(found / HOUR) for found in waits] == [4, 8, 16, 24, 24]


def test_429_with_retry_after_waits_what_was_asked():
    assert wait(after_poll(STATE, failed("http-429", http_status=429, retry_after_s=5400.0))) < 2 * HOUR
    assert wait(after_poll(STATE, failed("http-429", http_status=429))) >= 4 * HOUR


def test_a_304_does_not_clear_what_could_not_be_read():
    broken = after_poll(STATE, failed("broken-feed", evidence="line 3", advice="tell the owner"))
    still = polled(broken, poll())

    assert (still.state, still.cause, still.evidence, still.advice) == (
        "failing",
        "broken-feed",
        "line 3",
        "tell the owner",
    )
    assert wait(still) < 2 * HOUR  # and yet no longer wait: the server answered
    assert polled(still, listed(9, 0)).state == "ok"
    assert polled(after_poll(STATE, failed("timeout")), poll()).state == "ok"


# Gone, closed, replaced


@pytest.mark.parametrize("one", [failed("http-410", http_status=410), failed("http-410", gone=True)])
def test_410_stops(one):
    gone = after_poll(STATE, one)

    assert (gone.state, gone.next_poll_at, gone.gone_at) == ("gone", None, NOON)
    assert "closed for good" in gone.advice


def test_a_feed_that_says_it_has_ended_is_not_polled_any_more():
    closed = after_poll(STATE, listed(3, 1, closed=True))

    assert (closed.state, closed.next_poll_at) == ("closed", None)


INSTEAD = Instead(kind="sitemap", url="http://wire.example/map.xml")


def test_what_is_read_instead_is_polled_and_told():
    lost = after_poll(STATE, failed("http-404", http_status=404))
    found = polled(lost, listed(9, 2, instead=INSTEAD, tried="http-404; the sitemap is read instead"))

    assert (found.state, found.polled_url, found.polled_kind) == ("replaced", INSTEAD.url, "sitemap")
    assert "cannot be had (http-404)" in found.advice
    assert INSTEAD.url in found.advice
    assert (found.failures, found.error, found.cause) == (0, None, "http-404")


def test_a_source_that_is_gone_goes_on_with_what_is_read_instead_and_is_not_asked_again():
    found = after_poll(STATE, listed(9, 2, instead=INSTEAD, tried="so", gone=True))

    assert (found.state, found.gone_at) == ("replaced", NOON)
    assert found.next_poll_at is not None
    assert not own_due(found, NOON + 60 * DAY)


def test_its_own_address_is_asked_again_once_a_week_and_taken_back_when_it_works():
    found = after_poll(STATE, listed(9, 2, instead=INSTEAD, tried="so"))
    week = NOON + 7 * DAY

    assert not own_due(found, week - HOUR)
    assert own_due(found, week)
    failed_again = after_poll(found, failed("http-404", started_at=week))
    assert (failed_again.state, failed_again.polled_url) == ("replaced", INSTEAD.url)
    assert not own_due(failed_again, week + 6 * DAY)
    back = after_poll(failed_again, listed(9, 2, started_at=week + 7 * DAY))
    assert (back.state, back.polled_url, back.polled_kind, back.advice) == ("ok", URL, "feed", None)
    answering_410 = after_poll(found, failed("http-410", http_status=410, started_at=week))
    assert (answering_410.state, answering_410.gone_at) == ("replaced", week)


def test_polls_of_what_is_read_instead_do_not_pass_for_its_own_address():
    found = after_poll(STATE, listed(9, 2, instead=INSTEAD, tried="so"))
    after = after_poll(found, listed(9, 2, url=INSTEAD.url, started_at=NOON + 8 * DAY))

    assert (after.state, after.polled_url) == ("replaced", INSTEAD.url)


def test_a_replacement_that_fails_hard_three_times_gives_way_to_the_sources_own_address():
    found = after_poll(STATE, listed(9, 2, instead=INSTEAD, tried="so"))
    broken = polled(found, *[failed("broken-sitemap", url=INSTEAD.url)] * 3)

    assert (broken.state, broken.polled_url) == ("failing", URL)
    gone = polled(replace(found, gone_at=NOON), failed("http-410", http_status=410, url=INSTEAD.url))
    assert (gone.state, gone.next_poll_at) == ("gone", None)


def test_a_replacement_is_looked_for_after_three_days_or_three_hard_failures_and_then_weekly():
    soft = after_poll(STATE, failed("timeout"))
    hard = polled(STATE, *[failed("dns")] * 3)

    assert not is_lost(soft, NOON + 2 * DAY)
    assert is_lost(soft, NOON + 3 * DAY)
    assert is_lost(hard, hard.next_poll_at)
    looked = polled(hard, failed("dns", tried="looked"))
    assert not is_lost(looked, looked.polled_at + 6 * DAY)
    assert is_lost(looked, looked.polled_at + 7 * DAY)
    assert not is_lost(STATE, NOON + 30 * DAY)


# Moved


def moved(**changes):
    return listed(9, 1, moved_to=NEW_URL, **changes)


def test_a_permanent_redirect_is_adopted_after_three_polls_and_two_days():
    hourly = polled(STATE, moved(), moved(), moved(), moved())
    held = after_poll(hourly, moved(started_at=NOON + 2 * DAY))

    assert (hourly.polled_url, hourly.moved_to) == (URL, NEW_URL)
    assert (held.polled_url, held.moved_to, held.state) == (NEW_URL, NEW_URL, "ok")
    assert f"change its url to {NEW_URL}" in held.advice
    assert "change its url" in polled(held, listed(9, 1, url=NEW_URL)).advice
    rare = after_poll(after_poll(STATE, moved()), moved(started_at=NOON + 3 * DAY))
    assert rare.polled_url == URL


@pytest.mark.parametrize("between", [listed(9, 1), listed(9, 1, moved_to="http://other.example/")])
def test_another_answer_between_begins_the_count_anew(between):
    after = polled(STATE, moved(), moved(), between)
    after = after_poll(after, moved(started_at=NOON + 3 * DAY))

    assert (after.polled_url, after.moved_polls) == (URL, 1)


def test_an_adopted_address_that_fails_hard_three_times_is_given_up():
    held = replace(STATE, polled_url=NEW_URL, moved_to=NEW_URL)

    assert polled(held, *[failed("timeout", url=NEW_URL)] * 5).polled_url == NEW_URL
    assert polled(held, *[failed("dns", url=NEW_URL)] * 2).polled_url == NEW_URL
    assert polled(held, *[failed("dns", url=NEW_URL)] * 3).polled_url == URL


@pytest.mark.parametrize("cause", ["http-404", "timeout"])
def test_an_adopted_address_that_fails_for_days_is_given_up(cause):
    held = replace(STATE, polled_url=NEW_URL, moved_to=NEW_URL)
    short = polled(held, *[failed(cause, url=NEW_URL)] * 3)
    long = after_poll(short, failed(cause, url=NEW_URL, started_at=short.failing_since + LOST_AFTER))

    assert (short.polled_url, long.polled_url, long.state) == (NEW_URL, URL, "failing")


def test_of_two_sources_at_one_address_one_is_polled_until_it_leaves():
    mover = replace(STATE, polled_url=NEW_URL)
    other = replace(STATE, source_id="other", url=NEW_URL, polled_url=NEW_URL)

    both = settled({"wire": mover, "other": other}, NOON)
    assert (both["wire"].state, both["wire"].next_poll_at, both["other"]) == ("duplicate", None, other)
    assert "the source other" in both["wire"].advice
    alone = settled(both | {"other": replace(other, state="removed")}, NOON + DAY)
    assert (alone["wire"].state, alone["wire"].next_poll_at) == ("ok", NOON + DAY)
    assert settled(both | {"other": replace(other, state="gone")}, NOON)["wire"].state == "duplicate"


def test_a_source_is_not_to_blame_for_what_its_site_was_asked_enough_for():
    for before in (STATE, polled(STATE, failed("http-500")), replace(STATE, state="new", last_ok_at=None)):
        after = after_poll(before, failed("budget", advice="It goes on by itself."))

        assert (after.state, after.failures, after.cause) == (before.state, before.failures, before.cause)
        assert after.next_poll_at >= NOON + HOUR
        assert "by itself" in after.advice


# 304s


def test_304s_are_audited_once_a_day_and_not_where_they_are_few():
    quiet = replace(STATE, full_at=NOON - DAY, unmodified_polls=9)

    assert audit_due(quiet, NOON)
    assert not audit_due(replace(quiet, full_at=NOON - 23 * HOUR), NOON)
    assert not audit_due(
        replace(quiet, unmodified_polls=2), NOON
    )  # polled daily: it is asked conditionally too
    again = after_poll(quiet, failed("timeout"))
    assert not audit_due(again, NOON + 23 * HOUR)  # an audit that failed was one
    audited = after_poll(quiet, poll(http_status=200, audited=True))
    assert (audited.full_at, audited.unmodified_polls) == (NOON, 0)


def test_what_lists_only_what_is_new_puts_no_audit_off():
    state = replace(STATE, full_at=NOON - DAY)
    new = {"outcome": "new", "http_status": 226, "items": 1, "new_items": 1, "partial": True}
    state = polled(state, poll(), poll(**new), poll())

    assert audit_due(state, state.polled_at)


def test_a_server_whose_304_lied_is_not_trusted_for_a_month():
    lied = after_poll(STATE, listed(9, 3, audited=True, lied=True))

    assert (lied.trusted, lied.untrusted_since) == (False, NOON)
    assert not trusts(lied, NOON + 29 * DAY)
    later = after_poll(lied, listed(9, 0, started_at=NOON + 30 * DAY))
    assert (later.trusted, later.untrusted_since) == (True, None)
