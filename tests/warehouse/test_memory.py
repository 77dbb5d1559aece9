"""The ledger: what each report changes in what is known. Claims are certain, where a test is not about doubt."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzzing import check, lengths
from tests.warehouse.made_reports import (
    ACME,
    ARRIVALS,
    BOLT,
    CRANE,
    DOUBTFUL,
    LIKELY,
    NOON,
    Records,
    arriving,
    date,
    in_any_order,
    money,
    report,
    said,
    vehicles,
)
from warehouse.judged import DevelopmentArticle
from warehouse.memory import Memory
from warehouse.reports import kept_of


def told(memory, *reports):
    return [memory.judge(one) for one in reports]


@pytest.fixture
def memory():
    return Memory(names={ACME: "Acme", BOLT: "Bolt", CRANE: "Crane"})


def test_the_first_report_of_a_fact_is_a_development(memory):
    judged = memory.judge(report("a", said()))

    (new,) = judged.new
    assert new.what == "Acme, Bolt: partnership, talks (unconfirmed)"
    assert (new.first_article_id, new.articles, new.origins) == ("a", 1, 1)
    assert new.story_id == judged.story.story_id
    assert [link.role for link in judged.links] == ["first"]


def test_an_article_without_news_changes_no_development(memory):
    judged = memory.judge(report("a", said(is_news=False)))

    assert (judged.new, judged.changed, judged.links) == ((), (), ())


def test_a_copy_never_opens_a_development_and_is_counted(memory):
    memory.judge(report("a", said()))
    judged = memory.judge(report("b", said("stake", "agreed"), hours=1, copy_of="a"))

    assert judged.new == ()
    assert [(one.articles, one.origins) for one in judged.changed] == [(2, 1)]
    assert [(link.article_id, link.role) for link in judged.links] == [("b", "repeats")]


def test_a_copy_of_an_unknown_original_opens_nothing(memory):
    assert memory.judge(report("b", said(), copy_of="gone")).new == ()


def test_a_copy_is_in_the_story_of_its_original(memory):
    first = memory.judge(report("a", said()))
    copy = memory.judge(report("b", front=(CRANE,), hours=1, copy_of="a"))

    assert copy.story.story_id == first.story.story_id


def test_the_same_fact_in_another_language_within_a_day_is_no_new_development(memory):
    memory.judge(report("a", said(figures=[money(10_000_000_000)]), language="en"))
    judged = memory.judge(
        report("b", said(status="planned", figures=[money(10_000_000_000)]), hours=20, language="zh")
    )

    assert judged.new == ()
    assert [link.role for link in judged.links] == ["confirms"]


def test_a_repeat_that_was_read_as_another_kind_of_event_is_no_new_development(memory):
    figures = [money(10_000_000_000)]
    memory.judge(report("a", said("investment", "planned", figures=figures, score=LIKELY)))
    judged = memory.judge(report("b", said("finance", "planned", figures=figures, score=LIKELY), hours=9))

    assert judged.new == ()


def test_a_second_report_makes_a_waiting_claim_a_development_with_the_first_ones_date(memory):
    memory.judge(report("a", said()))
    waiting = memory.judge(report("b", said("stake", "considered", score=DOUBTFUL), hours=2))
    judged = memory.judge(report("c", said("stake", "considered", score=DOUBTFUL), hours=5))

    assert waiting.new == ()
    (new,) = judged.new
    assert (new.event_type, new.first_article_id, new.articles) == ("stake", "b", 2)
    assert new.reported_at == NOON + timedelta(hours=2)
    assert new.detected_at == NOON + timedelta(hours=5)


def test_a_waiting_claim_is_forgotten_after_three_days(memory):
    told(memory, report("a", said()), report("b", said("stake", "considered", score=DOUBTFUL), hours=2))
    judged = memory.judge(report("c", said("stake", "considered"), hours=24 * 5))

    assert [(new.first_article_id, new.articles) for new in judged.new] == [("c", 1)]


def test_a_claim_that_one_publisher_repeats_goes_on_waiting(memory):
    stake = said("stake", "considered", score=DOUBTFUL)
    told(memory, report("a", said()), report("b", stake, hours=2, publisher="Daily"))
    again = memory.judge(report("c", stake, hours=5, publisher="Daily"))
    other = memory.judge(report("d", stake, hours=9, publisher="Weekly"))

    assert again.new == ()
    assert [(new.first_article_id, new.articles, new.origins) for new in other.new] == [("b", 3, 2)]


def test_a_denial_is_new_and_says_what_it_changes(memory):
    (first,) = memory.judge(report("a", said())).new
    (denial,) = memory.judge(report("b", said(status="denied", basis="official"), hours=3)).new

    assert denial.supersedes == first.development_id


def test_the_same_denial_again_is_not_new(memory):
    told(memory, report("a", said()), report("b", said(status="denied", basis="official"), hours=3))
    again = memory.judge(report("c", said(status="denied", basis="official"), hours=14))

    assert again.new == ()


def test_hearsay_that_becomes_official_is_new_and_supersedes(memory):
    (rumour,) = memory.judge(report("a", said("plant", "planned", "unconfirmed"))).new
    figures = [("vehicles_per_year", "120000", "vehicles_per_year")]
    (official,) = memory.judge(
        report("b", said("plant", "planned", "official", figures=figures), hours=96)
    ).new

    assert official.supersedes == rumour.development_id
    assert official.basis == "official"


def test_a_wire_report_quoted_again_makes_nothing_official(memory):
    memory.judge(report("a", said("plant", "planned", "unconfirmed")))
    judged = memory.judge(
        report("b", said("plant", "planned", "official"), hours=20, cites=["media:reuters"])
    )

    assert judged.new == ()


@pytest.mark.parametrize(
    ("before", "after"), [(money(20_000_000), money(35_000_000)), (date("2024-H1"), date("2024-11"))]
)
def test_a_changed_amount_or_date_is_new_and_supersedes(memory, before, after):
    (first,) = memory.judge(report("a", said("production", "planned", "official", figures=[before]))).new
    judged = memory.judge(
        report(
            "b",
            said("production", "planned", "official", figures=[after, ("percent", "7", "percent")]),
            hours=96,
        )
    )

    assert [one.supersedes for one in judged.new] == [first.development_id]


def test_a_rounded_figure_is_not_new(memory):
    memory.judge(report("a", said("orders", "completed", figures=[vehicles(88898)])))
    judged = memory.judge(
        report("b", said("orders", "completed", figures=[("vehicles", "90000", "vehicles")]), hours=6)
    )

    assert judged.new == ()


def test_what_an_article_recalls_is_not_new(memory):
    memory.judge(report("a", said()))
    old = said("licence", "approved", is_news=False)
    judged = memory.judge(report("b", said(), old, hours=8))

    assert judged.new == ()


def test_an_earlier_article_found_later_moves_the_first_report(memory):
    (first,) = memory.judge(report("a", said(), hours=10)).new
    judged = memory.judge(report("b", said(), hours=4, detected_at=NOON + timedelta(hours=30)))

    (moved,) = judged.changed
    assert judged.new == ()
    assert moved.development_id == first.development_id
    assert (moved.first_article_id, moved.reported_at) == ("b", NOON + timedelta(hours=4))
    assert moved.detected_at == first.detected_at
    assert {(link.article_id, link.role) for link in judged.links} == {("a", "confirms"), ("b", "first")}


def test_papers_that_cite_one_wire_are_one_origin(memory):
    memory.judge(report("a", said(), cites=["media:bloomberg"]))
    judged = memory.judge(report("b", said(), hours=1, cites=["media:bloomberg"]))

    assert [(one.articles, one.origins) for one in judged.changed] == [(2, 1)]
    assert [link.role for link in judged.links] == ["repeats"]


def test_a_revision_says_nothing_new_by_what_it_said_before(memory):
    memory.judge(report("a", said(), said("stake", "considered", figures=[money(7)])))
    revised = report("a", said("stake", "considered", figures=[money(7)]), said(), hours=3, revision=2)
    judged = memory.judge(revised)

    assert judged.new == ()


def test_a_later_revision_does_not_make_the_first_report_later(memory):
    (first,) = memory.judge(report("a", said())).new
    memory.judge(report("a", said(), hours=20, revision=2))
    (changed,) = memory.judge(report("b", said(), hours=10)).changed

    assert (changed.first_article_id, changed.reported_at) == ("a", first.reported_at)


def test_a_revision_may_add_a_development(memory):
    first = memory.judge(report("a", said()))
    revised = report("a", said(), said(status="denied", basis="official"), hours=3, revision=2)
    judged = memory.judge(revised)

    assert [one.status for one in judged.new] == ["denied"]
    assert judged.story.story_id == first.story.story_id


def test_a_revision_that_says_the_opposite_in_the_same_place_is_a_development_of_its_own(memory):
    (first,) = memory.judge(report("a", said())).new
    revised = report("a", said(status="denied", basis="official"), hours=3, revision=2)
    (denial,) = memory.judge(revised).new

    assert denial.development_id != first.development_id
    assert denial.supersedes == first.development_id


def test_a_claim_waits_for_one_development_only(memory):
    told(memory, report("a", said()), report("b", said("stake", "considered", score=DOUBTFUL), hours=2))
    unsure = [said("stake", status, score=DOUBTFUL) for status in ("considered", "planned")]
    twice = report("c", *unsure, hours=5)

    assert len(memory.judge(twice).new) == 1


def test_one_article_may_open_two_developments_of_one_type(memory):
    judged = memory.judge(
        report(
            "a",
            said("orders", "completed", figures=[("vehicles", "50000", "vehicles")]),
            said("orders", "completed", figures=[("vehicles", "5000", "vehicles")]),
        )
    )

    assert len({one.development_id for one in judged.new}) == 2


def test_the_copies_of_an_article_follow_it_into_a_development_that_is_recognised_later(memory):
    told(
        memory,
        report("a", said()),
        report("b", said("stake", "considered", score=DOUBTFUL), hours=2),
        report("c", hours=3, copy_of="b"),
    )
    (new,) = memory.judge(report("d", said("stake", "considered", score=DOUBTFUL), hours=5)).new

    assert (new.articles, new.origins) == (3, 2)


def test_the_same_again_after_months_is_new(memory):
    memory.judge(report("a", said("licence", "approved")))
    later = memory.judge(report("b", said("licence", "approved"), hours=24 * 70))

    assert len(later.new) == 1


def test_a_story_keeps_its_id_and_widens(memory):
    first = memory.judge(report("a", said())).story
    second = memory.judge(report("b", said(), hours=30)).story
    earlier = memory.judge(report("c", said(), hours=-6)).story

    assert first.story_id == second.story_id == earlier.story_id
    assert (earlier.first_at, earlier.last_at) == (NOON - timedelta(hours=6), NOON + timedelta(hours=30))


def test_other_companies_are_another_story(memory):
    one = memory.judge(report("a", said())).story
    other = memory.judge(
        report("b", said("legal", "started", who=(CRANE,)), front=(CRANE,), hours=400, title="Court case")
    ).story

    assert one.story_id != other.story_id


# -- the same decisions whatever happens between two reports --------------------------------------------------


@lengths(80)
def test_a_memory_rebuilt_between_any_two_reports_decides_the_same(examples):
    @given(ARRIVALS, st.lists(st.integers(0, 9), max_size=3))
    def holds(made, late):
        living, records = Memory(), Records(kept_of)
        for arrived in arriving(made):
            one = records.with_story(arrived)
            rebuilt = records.memory(one.reported_at)
            told = {"earlier": records.earlier(one), "copies": records.adopted(one, late)}
            judged = living.judge(one, **told)
            assert in_any_order(rebuilt.judge(one, **told)) == in_any_order(judged)
            records.keep(one, judged)

    check(examples, holds)


def test_what_is_known_of_a_development_follows_what_else_its_reports_tell():
    living = Memory()
    opened = [one.development_id for one in living.judge(report("a", said(), said(status="agreed"))).new]
    living.known.put_report(report("b", said(), said(status="agreed"), hours=1))
    for key in opened:
        living.known.put_link(DevelopmentArticle(development_id=key, article_id="b", role="confirms"))
        living.known.evidence(opened[0])
    links = [link for key in opened for link in living.known.links(key).values()]
    rebuilt = Memory(
        living.known.reports.values(), developments=living.known.developments.values(), links=links
    )

    assert living.known.evidence(opened[0]) == rebuilt.known.evidence(opened[0])


@lengths(60)
def test_counts_roles_and_links_always_agree(examples):
    @given(ARRIVALS)
    def holds(made):
        memory, records = Memory(), Records()
        for arrived in arriving(made):
            one = records.with_story(arrived)
            records.keep(one, memory.judge(one, earlier=records.earlier(one)))
        for key, development in records.developments.items():
            roles = {article: link.role for (owner, article), link in records.links.items() if owner == key}
            assert len(roles) == development.articles >= development.origins >= 1
            assert [article for article, role in roles.items() if role == "first"] == [
                development.first_article_id
            ]
            assert records.reports[development.first_article_id].copy_of is None
            assert development.supersedes is None or development.supersedes in records.developments

    check(examples, holds)


@lengths(60)
def test_a_copy_never_brings_a_new_development(examples):
    @given(ARRIVALS)
    def holds(made):
        memory = Memory()
        for one in arriving(made):
            judged = memory.judge(one)
            assert one.copy_of is None or not judged.new

    check(examples, holds)


def test_a_copy_that_was_forgotten_and_is_back_is_counted_again(memory):
    memory.judge(report("a", said(), publisher="One"))
    copied = report("b", said(), publisher="Two", hours=1, copy_of="a")
    memory.judge(copied)
    memory.forget("b")
    (meanwhile,) = memory.judge(report("c", said(), publisher="Three", hours=2)).changed
    (back,) = memory.judge(replace(copied, revision=3)).changed

    assert (meanwhile.articles, meanwhile.copies) == (3, 0)
    assert (back.articles, back.copies, back.origins) == (3, 1, 2)


def test_a_copy_that_becomes_a_text_of_its_own_is_an_origin_and_counts_as_a_copy_no_more(memory):
    first = report("a", said(), publisher="One")
    copied = report("b", said(), publisher="Two", hours=1, copy_of="a")
    own = replace(copied, copy_of=None, revision=2, reported_at=NOON + timedelta(hours=3))
    judged = [memory.judge(first), memory.judge(copied), memory.judge(own, earlier=copied.signals)]
    states = [(*one.new, *one.changed)[0] for one in judged]

    assert [(one.articles, one.copies, one.origins) for one in states] == [(1, 0, 1), (2, 1, 1), (2, 0, 2)]
    assert states[-1].confirmed_at == own.reported_at


def test_a_story_follows_the_new_title_of_the_article_that_it_is_called_after(memory):
    first = memory.judge(report("a", said(), title="Acme and Bolt talk")).story
    revised = memory.judge(
        replace(report("a", said(), hours=2, title="Acme and Bolt agree"), revision=2)
    ).story

    assert (first.title, revised.title) == ("Acme and Bolt talk", "Acme and Bolt agree")
    assert revised.story_id == first.story_id
