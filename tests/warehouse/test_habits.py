"""When a source is silent for longer than its habit, and when that cannot be told."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.habits import LEAST_FOR_DAYS, LEAST_GAPS, READ_FROM, SHORTEST, habit_of, is_silent, live_hours

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL_DAYS = (1.0,) * 7
moments = st.datetimes(datetime(2023, 1, 1), datetime(2024, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def every(gap, number, start=MONDAY):
    return [start + gap * place for place in range(number)]


def office_news(days, start=MONDAY):
    """Every two hours of a working day, nothing at weekends."""
    return [
        start + DAY * day + HOUR * hour
        for day in range(days)
        if (start + DAY * day).weekday() < 5
        for hour in range(8, 19, 2)
    ]


def test_a_source_with_news_every_hour_is_silent_after_two_days():
    news = every(HOUR, 500)
    habit = habit_of(news)

    assert (habit.middle_h, habit.ordinary_h, habit.widest_h) == pytest.approx((1, 1, 1), rel=0.01)
    assert not is_silent(habit, news[-1], news[-1] + SHORTEST)
    assert is_silent(habit, news[-1], news[-1] + SHORTEST + 2 * HOUR)


def test_a_source_with_news_twice_a_week_is_not_silent_after_a_week():
    news = every(84 * HOUR, 17)
    habit = habit_of(news)

    assert not is_silent(habit, news[-1], news[-1] + 10 * DAY)
    assert is_silent(habit, news[-1], news[-1] + 11 * DAY)


def test_a_paper_that_rests_at_weekends_is_not_missed_on_sundays_and_after_it_is():
    news = office_news(60)
    friday = next(moment for moment in reversed(news) if moment.weekday() == 4 and moment.hour == 18)
    habit = habit_of([moment for moment in news if moment <= friday])

    assert habit.days[5:] == (0.0, 0.0)
    assert not is_silent(habit, friday, friday + 4 * DAY)
    assert is_silent(habit, friday, friday + 5 * DAY)


def test_days_are_told_apart_only_where_there_is_enough_news():
    news = [moment for moment in every(DAY, 50) if moment.weekday() < 5]

    assert len(news) < LEAST_FOR_DAYS
    assert habit_of(news).days == ALL_DAYS


@pytest.mark.parametrize("news", [[], every(HOUR, 200), every(10 * DAY, LEAST_GAPS)])
def test_too_little_or_too_short_a_history_tells_nothing(news):
    assert habit_of(news) is None


@given(st.lists(moments, min_size=13, max_size=60, unique=True))
def test_no_gap_that_it_has_had_is_ever_silence(found):
    news = sorted(found)
    habit = habit_of(news)

    if habit is not None:
        assert not any(is_silent(habit, before, after) for before, after in itertools.pairwise(news))


@given(
    moments, st.integers(0, 10_000), st.integers(0, 10_000), st.lists(st.floats(0, 1), min_size=7, max_size=7)
)
def test_live_time_adds_up_and_is_never_more_than_time(start, first, second, days):
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    whole = live_hours(start, end, days)

    assert whole == pytest.approx(live_hours(start, middle, days) + live_hours(middle, end, days))
    assert whole <= (end - start).total_seconds() / 3600 + 1e-9
    assert live_hours(start, end, ALL_DAYS) == pytest.approx((end - start).total_seconds() / 3600)


def false_alarms(mean_h, seed):
    """Over ten months, how often a source with chance gaps is called silent, though it is as it always was."""
    rng, moment, news = random.Random(seed), MONDAY, []
    while moment < MONDAY + 360 * DAY:
        moment += timedelta(hours=rng.expovariate(1 / mean_h))
        news.append(moment)
    told = 0
    for place, (before, after) in enumerate(itertools.pairwise(news)):
        if after - before > SHORTEST and before > MONDAY + READ_FROM:
            habit = habit_of([one for one in news[: place + 1] if one >= before - READ_FROM])
            told += habit is not None and is_silent(habit, before, after)
    return told


@pytest.mark.parametrize("mean_h", [3, 12, 36])
def test_chance_gaps_are_hardly_ever_called_silence(mean_h):
    assert sum(false_alarms(mean_h, seed) for seed in range(8)) <= 1
