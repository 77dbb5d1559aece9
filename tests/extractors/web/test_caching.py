from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.web.caching import freshness_s, retry_after_s
from tests.conftest import NOON

DATE = format_datetime(NOON, usegmt=True)


def later(**time):
    return format_datetime(NOON + timedelta(**time), usegmt=True)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        (later(hours=88), 88 * 3600),
        (later(hours=-1), 0),
        ("99999999999999999999999", 31 * 86_400),
        (later(days=400), 31 * 86_400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(written, seconds):
    assert retry_after_s(written, NOON) == seconds


@given(st.integers(0, 31 * 86_400), st.integers(-10_000_000, 10_000_000))
def test_a_pause_is_what_was_asked_whatever_the_clocks_say(seconds, off):
    theirs = NOON + timedelta(seconds=off)
    date, until = (format_datetime(one, usegmt=True) for one in (theirs, theirs + timedelta(seconds=seconds)))

    assert retry_after_s(str(seconds), NOON) == retry_after_s(until, NOON, date) == seconds


@pytest.mark.parametrize(
    ("cache_control", "age", "expires", "seconds"),
    [
        ("max-age=600", None, None, 600),
        ("public, MAX-AGE = 600", "100", None, 500),
        ("max-age=600", "900", None, None),
        ("max-age=600", "nonsense", None, 600),
        ("max-age=99999999", None, None, 86_400),
        ("s-maxage=600", None, None, None),
        ("s-maxage=600, max-age=60", None, None, 60),
        ("no-cache, max-age=600", None, None, None),
        ("max-age=600, no-store", None, later(hours=1), None),
        ('no-cache="set-cookie", max-age=600', None, None, 600),
        ("max-age=60", None, later(hours=1), 60),
        ("max-age=0", None, later(hours=1), None),
        (None, None, later(hours=1), 3600),
        ("private", None, later(days=9), 86_400),
        (None, None, later(hours=-1), None),
        (None, None, "0", None),
        (None, None, "-1", None),
        (None, None, None, None),
    ],
)
def test_freshness_is_what_the_answer_says(cache_control, age, expires, seconds):
    assert freshness_s(cache_control, age, expires, DATE, NOON) == seconds


def test_expires_counts_from_the_clock_of_the_server():
    assert freshness_s(None, None, later(hours=5), later(hours=4), NOON) == 3600


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_written_gives_a_bounded_time_or_none(one, two, three, four):
    fresh, wait = freshness_s(one, two, three, four, NOON), retry_after_s(one, NOON, two)

    assert fresh is None or 0 < fresh <= 86_400
    assert wait is None or 0 <= wait <= 31 * 86_400
