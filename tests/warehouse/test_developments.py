from datetime import UTC, datetime

import pytest

from extractors.records import Claim, Figure, Signals
from warehouse.developments import what
from warehouse.facts import conflict, fact_at, news_of, same_figure
from warehouse.judged import Report

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NAMES = {"company:acme": "Acme", "company:bolt": "Bolt Motors"}


def figure(kind, value, unit, claim=0):
    number = None if kind == "date" else float(value)
    return Figure(
        kind=kind,
        value=value,
        number=number,
        unit=unit,
        surface=value,
        part="title",
        start=0,
        stop=1,
        claim=claim,
    )


def claim(participants, *, basis="official", is_news=True, score=1.0):
    return Claim(
        event_type="partnership",
        status="talks",
        basis=basis,
        participants=participants,
        sentence="They talk.",
        part="title",
        start=0,
        stop=10,
        is_news=is_news,
        score=score,
    )


def report(claims, figures=()):
    return Report(
        article_id="a",
        revision=1,
        publisher="Daily",
        language="en",
        title="They talk.",
        lead=None,
        reported_at=NOON,
        detected_at=NOON,
        signals=Signals(words=2, claims=tuple(claims), figures=tuple(figures)),
    )


def line(claims, figures=()):
    made = report(claims, figures)
    return what(fact_at(made, 0), made.signals.claims[0].participants, NAMES)


def test_the_line_names_who_what_state_and_that_it_is_hearsay():
    assert (
        line([claim(("company:acme", "company:bolt"), basis="unconfirmed")])
        == "Acme, Bolt Motors: partnership, talks (unconfirmed)"
    )


def test_the_line_carries_the_figures_of_its_claim_only():
    figures = [figure("money", "10000000000", "USD"), figure("money", "5", "EUR", claim=None)]

    assert line([claim(("company:acme",))], figures) == "Acme: partnership, talks: USD 10bn"


def test_an_entity_without_a_name_is_told_by_the_words_of_its_id():
    assert line([claim(("company:gone-west",))]) == "gone west: partnership, talks"


def test_many_participants_are_counted():
    assert line([claim(tuple(f"company:c{n}" for n in range(6)))]).startswith("c0, c1, c2, c3 and 2 more: ")


def test_recalled_claims_are_no_news_and_the_surest_comes_first():
    made = report([claim((), score=1), claim((), is_news=False, score=9), claim((), score=3)])

    assert [fact.position for fact in news_of(made)] == [2, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("vehicles", "88898", "vehicles"), ("vehicles", "90000", "vehicles")),
        (("percent", "8.97", "percent"), ("percent", "9", "percent")),
        (("date", "2024-H1", "date"), ("date", "2024-05", "date")),
        (("date", "2024-05-17", "date"), ("date", "2024-Q2", "date")),
    ],
)
def test_a_rounded_figure_is_the_same(one, other):
    assert same_figure(figure(*one), figure(*other))
    assert not conflict([figure(*one)], [figure(*other)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("money", "215900", "CNY"), ("money", "225900", "CNY")),
        (("date", "2024-H1", "date"), ("date", "2024-H2", "date")),
        (("date", "2024-12-31", "date"), ("date", "2025", "date")),
        (("vehicles", "50000", "vehicles"), ("vehicles", "5000", "vehicles")),
    ],
)
def test_a_changed_figure_conflicts(one, other):
    assert conflict([figure(*one)], [figure(*other)])


def test_figures_of_different_units_do_not_conflict():
    assert not conflict([figure("money", "10", "USD")], [figure("money", "65", "CNY")])


def test_a_date_that_is_none_agrees_only_with_itself():
    broken = figure("date", "2024-Q9", "date")

    assert same_figure(broken, broken)
    assert not same_figure(broken, figure("date", "2024", "date"))
