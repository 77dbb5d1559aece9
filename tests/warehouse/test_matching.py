"""The two weighed questions: numbers that mean what they are called, and verdicts that go the way they should."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.made_reports import (
    ACME,
    CRANE,
    LIKELY,
    date,
    money,
    report,
    said,
)
from warehouse.facts import news_of
from warehouse.known import Rarities
from warehouse.matching import (
    Setting,
    development_weights,
    held,
    is_certain,
    log_odds,
    newness,
    probability,
    sameness,
)
from warehouse.memory import Memory

RARITIES = Rarities({}, 100)
WEIGHTS = development_weights()


def known_from(*reports):
    """Return the evidence of the first development that the reports, in their order, make."""
    memory = Memory()
    for one in reports:
        memory.judge(one)
    first = min(memory.known.developments.values(), key=lambda one: one.reported_at)
    return memory.known.evidence(first.development_id)


def numbers(one, *known, **told):
    return sameness(news_of(one)[0], held(one), known_from(*known), RARITIES, **told)


def same(one, *known):
    """Return the probability that the first claim of `one` says what the first development of `known` says."""
    return probability(numbers(one, *known), WEIGHTS.same)


def new(one, *, known=(), recent=(), beside=False, second=False):
    """Return the probability that the first claim of `one` is news."""
    setting = Setting(known=known, recent=recent, beside=beside, second=second)
    return probability(newness(news_of(one)[0], held(one), setting, RARITIES), WEIGHTS.news)


PLAN = report("a", said("plant", "planned", figures=[money(500)]))


def again(name="b", event_type="plant", status="planned", hours=5, **more):
    figures = more.pop("figures", [money(500)])
    return report(name, said(event_type, status, figures=figures, score=LIKELY), hours=hours, **more)


@pytest.mark.parametrize("name", sorted(WEIGHTS.same))
def test_each_weight_of_sameness_has_its_number(name):
    assert name in numbers(again(), PLAN)


@pytest.mark.parametrize("name", sorted(WEIGHTS.news))
def test_each_weight_of_newness_has_its_number(name):
    setting = Setting(known=(), recent=(), beside=False, second=False)

    assert name in newness(news_of(PLAN)[0], held(PLAN), setting, RARITIES)


def test_no_number_goes_without_a_weight():
    setting = Setting(known=(), recent=(), beside=False, second=False)

    assert numbers(again(), PLAN).keys() == WEIGHTS.same.keys()
    assert newness(news_of(PLAN)[0], held(PLAN), setting, RARITIES).keys() == WEIGHTS.news.keys()


@pytest.mark.parametrize(
    ("name", "one", "value"),
    [
        ("type", again(), 1),
        ("type", again(event_type="supply"), 0),
        ("status", again(), 1),
        ("status", again(status="started"), 0),
        ("further", again(status="started"), 1),
        ("further", again(status="considered"), 0),
        ("fallen", again(status="denied"), 1),
        ("own_figures", again(figures=[money(505)]), 1),
        ("own_figures", again(figures=[money(600)]), 0),
        ("figures", again(), 1 / 3),
        ("conflict", again(figures=[money(600)]), 1),
        ("conflict", again(figures=[money(600, "EUR")]), 0),
        ("day", again(hours=23), 1),
        ("days", again(hours=30), 1),
        ("week", again(hours=24 * 7), 1),
        ("later", again(hours=24 * 20), 0.5),
        ("later", again(hours=24 * 44), 1),
        ("publisher", again(publisher="a news"), 1),
        ("publisher", again(), 0),
        ("cites", again(cites=["media:a-news"]), 1),
        ("cites", again(cites=["media:reuters"]), 0),
        ("own", again("a", hours=9), 1),
        ("names", again(), 1),
        ("names", report("b", said("plant", who=[CRANE]), front=[CRANE]), 0),
        ("participants", report("b", said("plant", who=[ACME, CRANE])), 1 / 3),
    ],
)
def test_the_numbers_of_sameness_mean_what_they_are_called(name, one, value):
    assert numbers(one, PLAN)[name] == pytest.approx(value)


@pytest.mark.parametrize(("told", "same_date", "other_date"), [("2024-H1", 1, 0), ("2025", 0, 1)])
def test_dates_are_told_apart_from_counts(told, same_date, other_date):
    first = report("a", said("plant", "planned", figures=[date("2024-05")]))
    found = numbers(again(figures=[date(told)]), first)

    assert (found["date"], found["other_date"]) == (same_date, other_date)
    assert (found["figures"], found["conflict"]) == (0, 0)


def test_a_step_that_an_authority_or_party_makes_official_is_told():
    hearsay, official = report("a", said("plant")), report("b", said("plant", basis="official"), hours=20)
    citing = replace(
        official, signals=report("b", said("plant", basis="official"), cites=["media:x"]).signals
    )

    assert numbers(official, hearsay)["official"] == 1
    assert numbers(citing, hearsay)["official"] == 0
    at_once = report("c", said("plant", basis="official"), hours=6)
    assert numbers(official, hearsay, at_once)["official"] == 0


@pytest.mark.parametrize(
    "better",
    [
        again(),
        again(hours=12),
        again(language="de", title="Neues Werk"),
        again(cites=["media:a-news"]),
    ],
)
@pytest.mark.parametrize(
    "worse",
    [
        again(event_type="supply", figures=[money(700)]),
        again(status="started", hours=24 * 30, figures=[money(700)]),
        report("b", said("legal", "started", who=[CRANE]), front=[CRANE]),
    ],
)
def test_what_repeats_scores_above_what_does_not(better, worse):
    assert same(better, PLAN) >= WEIGHTS.same_from > same(worse, PLAN)


def test_what_first_arrives_in_a_language_on_the_same_day_is_rather_a_repeat():
    one, other = again(language="en"), again(language="zh", title="建厂", lead="投资")
    late, late_other = (
        again(language="en", hours=30),
        again(language="zh", title="建厂", lead="投资", hours=30),
    )

    assert same(other, PLAN) > same(one, PLAN)
    assert same(late_other, PLAN) == same(late, PLAN)


def test_a_surer_claim_is_sooner_believed():
    chances = [new(report("b", said(score=score))) for score in (0.1, 0.3, 0.5, 0.7, 0.95)]

    assert chances == sorted(chances)
    assert len(set(chances)) == len(chances)


def test_what_stands_second_or_in_the_background_or_is_nearly_known_is_less_believed():
    one = again()
    background = replace(one, signals=replace(one.signals, background=True))

    assert new(one) > new(one, second=True) > new(one, second=True, beside=True)
    assert new(one) > new(background)
    assert new(one, known=[0.05]) > new(one, known=[0.3])
    assert new(one) > new(one, recent=[known_from(PLAN)])


def test_figures_that_are_new_in_these_days_speak_for_news():
    recent = [known_from(PLAN)]

    assert new(again(figures=[money(900)]), recent=recent) > new(again(), recent=recent)


@given(st.floats(0, 1), st.floats(0, 1))
def test_log_odds_grow_with_the_chance_and_stay_finite(one, other):
    low, high = sorted((one, other))

    assert -7 < log_odds(low) <= log_odds(high) < 7


@given(st.dictionaries(st.sampled_from("abcd"), st.floats(-1e6, 1e6)))
def test_a_probability_is_one_whatever_the_numbers(told):
    chance = probability(told, {"a": 3.0, "b": -2.0, "c": 0.5})

    assert 0 < chance < 1
    assert math.isclose(
        chance + probability({key: -one for key, one in told.items()}, {"a": 3.0, "b": -2.0, "c": 0.5}), 1
    )


@pytest.mark.parametrize(("score", "certain"), [(0.999, False), (1.0, True), (3.0, True)])
def test_a_claim_is_certain_from_one_on(score, certain):
    assert is_certain(news_of(report("a", said(score=score)))[0]) == certain
