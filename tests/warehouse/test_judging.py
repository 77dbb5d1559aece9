"""What is news, as an analyst would put it: each case is told to a memory in a few reports."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from extractors.records import Correction
from tests.warehouse.made_reports import (
    ACME,
    CRANE,
    DOUBTFUL,
    LIKELY,
    NOON,
    date,
    money,
    report,
    said,
    vehicles,
)
from warehouse.memory import Memory

DAY = 24
CAPACITY = "vehicles_per_year"


def told(*reports):
    """Return what each of the reports changes, told in this order to a memory that knows the version before."""
    memory, before, found = Memory(), {}, []
    for one in reports:
        found.append(memory.judge(one, earlier=before.get(one.article_id)))
        before[one.article_id] = one.signals
    return found


def news(*reports):
    """Return the new developments of the last of the reports."""
    return told(*reports)[-1].new


def correcting(one, kind="retraction", sentence="We take it back."):
    """Return the report with a correction at its front."""
    note = Correction(kind=kind, sentence=sentence, part="title", start=0, stop=1)
    return replace(one, signals=replace(one.signals, correction=note))


def on_background(one):
    return replace(one, signals=replace(one.signals, background=True))


# -- status ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event_type", "steps"),
    [
        ("partnership", ["considered", "talks", "agreed", "approved", "started", "completed"]),
        ("stake", ["considered", "talks", "agreed", "approved", "completed"]),
        ("plant", ["considered", "planned", "approved", "started", "completed"]),
        ("licence", ["planned", "applied", "approved"]),
        ("product", ["considered", "planned", "started"]),
        ("orders", ["planned", "agreed", "started", "completed"]),
        ("safety", ["considered", "started"]),
    ],
)
def test_each_step_of_a_matter_is_news_and_says_what_was_known_before(event_type, steps):
    reports = [
        report(f"r{number}", said(event_type, status, "official"), hours=number * DAY)
        for number, status in enumerate(steps)
    ]
    opened = [one.new for one in told(*reports)]

    assert [len(new) for new in opened] == [1] * len(steps)
    for (before,), (after,) in pairwise(opened):
        assert after.supersedes == before.development_id
        assert after.contradicts is None


@pytest.mark.parametrize(("known", "recalled"), [("agreed", "talks"), ("completed", "planned")])
def test_an_earlier_step_told_once_more_is_no_news(known, recalled):
    first = report("a", said(status=known, basis="official"))

    assert news(first, report("b", said(status=recalled, basis="official"), hours=9)) == ()


@pytest.mark.parametrize(
    "known", ["considered", "talks", "planned", "agreed", "approved", "started", "delayed"]
)
@pytest.mark.parametrize("fallen", ["denied", "ended"])
def test_a_matter_may_end_or_be_denied_from_anywhere(known, fallen):
    (end,) = news(
        report("a", said(status=known, basis="official")),
        report("b", said(status=fallen, basis="official"), hours=DAY),
    )

    assert (end.status, end.supersedes is None) == (fallen, False)


def test_what_has_ended_may_be_taken_up_again():
    ended = report("a", said(status="ended", basis="official"))
    (again,) = news(ended, report("b", said(status="talks", basis="official"), hours=2 * DAY))

    assert again.status == "talks"


@pytest.mark.parametrize("known", ["planned", "agreed", "started"])
def test_a_delay_is_news(known):
    plan = report("a", said("plant", known, "official"))
    (delay,) = news(plan, report("b", said("plant", "delayed", "official"), hours=2 * DAY))

    assert delay.status == "delayed"


def test_hearsay_that_is_confirmed_at_once_stays_one_development():
    first = report("a", said(basis="unconfirmed"))
    judged = told(first, report("b", said(basis="official"), hours=6))[-1]

    assert judged.new == ()
    (noted,) = judged.changed
    assert (noted.basis, noted.official_at) == ("unconfirmed", NOON + timedelta(hours=6))


def test_hearsay_that_is_confirmed_later_is_a_development():
    rumour, confirmed = (
        one.new[0]
        for one in told(report("a", said(basis="unconfirmed")), report("b", said(basis="official"), hours=12))
    )

    assert rumour.official_at is None
    assert (confirmed.basis, confirmed.supersedes) == ("official", rumour.development_id)
    assert confirmed.official_at == NOON + timedelta(hours=12)


# -- figures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event_type", "before", "after"),
    [
        ("product", money(215_900, "CNY"), money(229_900, "CNY")),
        ("plant", date("2024-H1"), date("2025-H1")),
        ("investment", money(10_000_000_000), money(12_000_000_000)),
        ("plant", (CAPACITY, "150000", CAPACITY), (CAPACITY, "300000", CAPACITY)),
        ("orders", vehicles(50_000), vehicles(70_000)),
        ("stake", ("percent", "10", "percent"), ("percent", "25", "percent")),
    ],
)
def test_a_changed_price_date_amount_or_capacity_is_news(event_type, before, after):
    first, second = (
        report(
            name,
            said(event_type, "planned", "official", figures=[told_figure]),
            hours=hours,
            publisher="Daily",
        )
        for name, told_figure, hours in (("a", before, 0), ("b", after, 4 * DAY))
    )
    opened, changed = told(first, second)

    assert [one.supersedes for one in changed.new] == [opened.new[0].development_id]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (vehicles(88_898), vehicles(90_000)),
        (money(10_000_000_000), money(9_900_000_000)),
        (money(10_000_000_000), money(72_000_000_000, "CNY")),
        (date("2024-H1"), date("2024-05")),
    ],
)
@pytest.mark.parametrize("score", [2.0, LIKELY])
def test_a_rounded_or_converted_figure_is_no_news(before, after, score):
    first, second = (
        report(name, said("investment", "planned", figures=[told_figure], score=score), hours=hours)
        for name, told_figure, hours in (("a", before, 0), ("b", after, 8))
    )

    assert news(first, second) == ()


# -- what is not news -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [2.0, LIKELY])
@pytest.mark.parametrize("hours", [1, 10, 30, 60])
def test_a_rehash_is_no_news(score, hours):
    claim = said("licence", "approved", "official", figures=[money(5_000_000)], score=score)

    assert news(report("a", claim), report("b", claim, hours=hours)) == ()


@pytest.mark.parametrize("event_type", ["partnership", "stake", "plant"])
def test_a_piece_of_background_makes_nothing_of_a_matter_of_these_days(event_type):
    piece = on_background(report("b", said(event_type, "planned", score=0.4), hours=20))

    assert news(report("a", said(score=LIKELY)), piece) == ()


def test_old_news_that_a_feed_lists_again_is_no_news():
    first = report("a", said("plant", "planned", "official"))
    (opened,), again = (
        one.new for one in told(first, replace(first, revision=2, reported_at=NOON + timedelta(40)))
    )

    assert opened.first_article_id == "a"
    assert again == ()


def test_an_old_report_of_another_paper_that_is_found_later_is_no_news():
    first = report("a", said("plant", "planned", "official"), hours=20 * DAY)
    late = report("b", said("plant", "planned", "official"), detected_at=NOON + timedelta(60))
    (moved,) = told(first, late)[-1].changed

    assert (moved.first_article_id, moved.reported_at) == ("b", NOON)
    assert moved.detected_at == first.detected_at


@pytest.mark.parametrize("languages", [("en", "de"), ("de", "zh"), ("zh", "en")])
@pytest.mark.parametrize("score", [2.0, LIKELY])
def test_one_fact_in_two_languages_within_a_day_is_one_development(languages, score):
    one, other = languages
    figures = [money(10_000_000_000)]
    first = report(
        "a", said("investment", "planned", figures=figures, score=score), language=one, title="甲乙丙"
    )
    again = report("b", said("investment", "agreed", figures=figures, score=LIKELY), language=other, hours=23)

    assert news(first, again) == ()


def test_the_same_step_of_another_company_is_news():
    ours = report("a", said("plant", "planned", who=[ACME], figures=[money(500)], score=LIKELY), front=[ACME])
    theirs = said("plant", "planned", who=[CRANE], figures=[money(700)], score=LIKELY)

    assert len(news(ours, report("b", theirs, front=[CRANE], hours=5))) == 1


# -- reports that say otherwise -------------------------------------------------------------------------------


def test_two_papers_with_two_figures_are_both_shown():
    first, second = told(
        report("a", said("stake", "agreed", figures=[money(400_000_000, "EUR")])),
        report("b", said("stake", "agreed", figures=[money(650_000_000, "EUR")]), hours=8),
    )

    (theirs,) = second.new
    assert theirs.contradicts == first.new[0].development_id
    assert theirs.state == "standing"
    assert second.changed == ()


def test_a_paper_that_updates_its_own_figure_contradicts_nobody():
    (update,) = news(
        report("a", said("orders", "completed", figures=[vehicles(50_000)]), publisher="Daily"),
        report("b", said("orders", "completed", figures=[vehicles(70_000)]), hours=8, publisher="Daily"),
    )

    assert update.contradicts is None


@pytest.mark.parametrize("basis", ["official", "unconfirmed"])
def test_a_denial_supersedes_and_contradicts_what_it_denies(basis):
    rumour, denial = told(report("a", said()), report("b", said(status="denied", basis=basis), hours=5))

    (new,) = denial.new
    assert new.supersedes == new.contradicts == rumour.new[0].development_id


def test_who_insists_after_a_denial_contradicts_the_denial():
    rumour, denial, insisting = told(
        report("a", said()),
        report("b", said(status="denied", basis="official"), hours=5),
        report("c", said(status="agreed", basis="unconfirmed"), hours=30),
    )

    assert rumour.new
    assert [one.contradicts for one in insisting.new] == [denial.new[0].development_id]


def test_the_denial_of_another_companys_plan_contradicts_nothing():
    (denial,) = news(
        report("a", said(who=[ACME])),
        report("b", said(status="denied", basis="official", who=[CRANE]), front=[CRANE], hours=5),
    )

    assert (denial.supersedes, denial.contradicts) == (None, None)


# -- corrections ----------------------------------------------------------------------------------------------


def test_a_correction_of_the_only_evidence_withdraws_the_development():
    first = report("a", said("stake", "agreed"))
    retracted = correcting(replace(report("a", hours=20), revision=2))
    (fallen,) = told(first, retracted)[-1].changed

    assert (fallen.state, fallen.withdrawn_by) == ("withdrawn", "a")
    assert fallen.withdrawn_at == NOON + timedelta(hours=20)


def test_a_second_independent_origin_keeps_a_development_standing():
    first, other = report("a", said("stake", "agreed")), report("b", said("stake", "agreed"), hours=3)
    judged = told(first, other, correcting(replace(report("a", hours=20), revision=2)))[-1]

    assert judged.changed == ()


@pytest.mark.parametrize("score", [2.0, LIKELY])
def test_the_corrected_figure_is_a_development_that_supersedes_the_withdrawn_one(score):
    wrong, right = (
        report("a", said("stake", "agreed", figures=[money(value, "EUR")], score=score), hours=hours)
        for value, hours in ((400_000_000, 0), (40_000_000, 20))
    )
    first, corrected = told(wrong, correcting(replace(right, revision=2), "correction", "Not 400 million."))

    (old,) = first.new
    assert [(one.development_id, one.state) for one in corrected.changed] == [
        (old.development_id, "withdrawn")
    ]
    assert [one.supersedes for one in corrected.new] == [old.development_id]
    assert [one.contradicts for one in corrected.new] == [None]


def test_what_was_withdrawn_is_news_again_when_another_paper_reports_it_weeks_later():
    first = report("a", said("stake", "agreed"))
    retracted = correcting(replace(report("a", hours=20), revision=2))
    again = report("b", said("stake", "agreed"), hours=21 * DAY)
    opened, _, anew = told(first, retracted, again)

    assert [one.first_article_id for one in anew.new] == ["b"]
    assert anew.new[0].development_id != opened.new[0].development_id
    assert anew.new[0].supersedes is None


def test_who_repeats_at_once_what_was_withdrawn_tells_nothing_new():
    first = report("a", said("stake", "agreed"))
    retracted = correcting(replace(report("a", hours=20), revision=2))

    assert news(first, retracted, report("b", said("stake", "agreed"), hours=24)) == ()


def test_who_repeats_what_was_withdrawn_does_not_confirm_it():
    first = report("a", said("stake", "agreed"))
    retracted = correcting(replace(report("a", hours=20), revision=2))
    (repeated,) = told(first, retracted, report("b", said("stake", "agreed"), hours=26))[-1].changed

    assert (repeated.state, repeated.articles) == ("withdrawn", 2)
    assert (repeated.origins, repeated.confirmed_at) == (1, None)


def test_the_official_word_on_what_was_withdrawn_is_news_within_hours():
    first = report("a", said("stake", "agreed", "unconfirmed"))
    retracted = correcting(replace(report("a", hours=4), revision=2))
    (announced,) = news(first, retracted, report("b", said("stake", "agreed", "official"), hours=8))

    assert (announced.state, announced.basis, announced.first_article_id) == ("standing", "official", "b")


# -- who reports it -------------------------------------------------------------------------------------------


def test_the_second_independent_origin_confirms():
    judged = told(
        report("a", said(), cites=["media:reuters"]),
        report("b", said(), cites=["media:reuters"], hours=1),
        report("c", said(), hours=2),
        report("d", said(), hours=3),
    )
    states = [(*one.new, *one.changed)[0] for one in judged]

    assert [one.origins for one in states] == [1, 1, 2, 3]
    assert [one.confirmed_at for one in states] == [None, None, *[NOON + timedelta(hours=2)] * 2]
    assert [one.links[-1].role for one in judged] == ["first", "repeats", "confirms", "confirms"]


def test_copies_are_counted_and_are_no_origins():
    judged = told(
        report("a", said()),
        report("b", said(), copy_of="a", hours=1),
        report("c", said("stake", "agreed"), copy_of="a", hours=2),
    )

    assert [one.new for one in judged[1:]] == [(), ()]
    (state,) = judged[-1].changed
    assert (state.articles, state.copies, state.origins, state.confirmed_at) == (3, 2, 1, None)


def test_an_original_that_comes_after_its_copy_takes_its_place():
    memory = Memory()
    (opened,) = memory.judge(report("copy", said(), hours=5)).new
    judged = memory.judge(report("original", said(), hours=1), copies=("copy",))

    (moved,) = judged.changed
    assert judged.new == ()
    assert moved.development_id == opened.development_id
    assert (moved.first_article_id, moved.reported_at) == ("original", NOON + timedelta(hours=1))
    assert (moved.articles, moved.copies, moved.origins) == (2, 1, 1)


def test_a_doubtful_claim_beside_a_sure_one_waits_for_a_second_paper():
    doubtful = said("stake", "considered", score=DOUBTFUL)
    alone, confirmed = told(report("a", said(), doubtful), report("b", doubtful, hours=40))

    assert [one.event_type for one in alone.new] == ["partnership"]
    (late,) = confirmed.new
    assert (late.first_article_id, late.reported_at, late.origins) == ("a", NOON, 2)
