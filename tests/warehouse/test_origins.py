from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Citation, Signals
from warehouse.judged import Report
from warehouse.origins import cited_media, confirmed_at, medium, origins, roles_of

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def report(name, publisher=None, *, cites=(), copy_of=None, hours=0):
    return Report(
        article_id=name,
        revision=1,
        publisher=publisher or name,
        language="en",
        title=name,
        lead=None,
        reported_at=NOON + timedelta(hours=hours),
        detected_at=NOON,
        signals=Signals(
            words=100, citations=tuple(Citation(origin=one, sentence="It says so.") for one in cites)
        ),
        copy_of=copy_of,
    )


def test_a_publisher_counts_once():
    assert origins([report("a", "Daily"), report("b", "Daily"), report("c", "Weekly")]) == 2


def test_two_papers_that_cite_one_wire_are_one_origin():
    assert origins([report("a", cites=["media:bloomberg"]), report("b", cites=["media:bloomberg"])]) == 1


def test_the_cited_wire_itself_adds_nothing():
    assert origins([report("a", cites=["media:bloomberg"]), report("b", "Bloomberg")]) == 1


def test_citing_the_company_leaves_each_publisher_an_origin():
    assert origins([report("a", cites=["company:acme"]), report("b", cites=["company:acme"])]) == 2


def test_a_copy_counts_for_its_original():
    assert origins([report("a"), report("b", copy_of="a"), report("c", copy_of="b")]) == 1


def test_copies_of_one_original_that_is_unknown_are_one_origin():
    assert origins([report("b", copy_of="gone"), report("c", copy_of="gone")]) == 1


def test_copies_that_point_at_each_other_end():
    assert origins([report("a", copy_of="b"), report("b", copy_of="a")]) >= 1


def test_a_report_is_first_where_there_are_none():
    assert roles_of([report("a")])["a"] == "first"


def test_a_new_origin_confirms():
    assert roles_of([report("a"), report("b")])["b"] == "confirms"


def test_citing_a_known_origin_repeats():
    assert roles_of([report(one, cites=["media:reuters"]) for one in "ab"])["b"] == "repeats"


def test_a_copy_repeats_even_of_a_text_that_is_not_among_the_reports():
    assert roles_of([report("a"), report("b", copy_of="other")])["b"] == "repeats"


def test_the_second_origin_confirms_when_it_reports():
    reports = [report("a"), report("b", "A", hours=1), report("c", hours=2), report("d", hours=3)]

    assert confirmed_at(reports) == NOON + timedelta(hours=2)


def test_copies_citations_and_the_publisher_itself_confirm_nothing():
    wire = [report("a", cites=["media:reuters"]), report("b", cites=["media:reuters"], hours=1)]

    assert confirmed_at([]) is None
    assert confirmed_at([*wire, report("c", "Reuters", hours=2)]) is None
    assert confirmed_at([report("a"), report("b", copy_of="a", hours=1)]) is None


def test_a_medium_is_known_by_its_name_and_by_its_id():
    assert medium("media:south-china-morning-post") == medium("South China Morning Post")
    assert medium("media:36kr") == medium("36Kr")
    assert medium("财新网") != medium("财讯早报")


def test_a_paper_that_names_itself_cites_nobody():
    one = report("a", "Daily News", cites=["media:daily-news", "company:acme", "media:reuters"])

    assert cited_media(one) == ("media:reuters",)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_first_and_confirming_reports_are_never_more_than_origins(made):
    reports = [
        report(f"r{n}", f"p{publisher}", cites=[f"media:m{cited}"] if cited else [])
        for n, (publisher, cited) in enumerate(made)
    ]
    roles = list(roles_of(reports).values())

    assert roles[0] == "first"
    assert len(roles) - roles.count("repeats") == origins(reports)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_what_is_confirmed_has_two_origins_and_the_reverse(made):
    reports = [
        report(f"r{n}", f"p{publisher}", cites=[f"media:m{cited}"] if cited else [], hours=n)
        for n, (publisher, cited) in enumerate(made)
    ]

    assert (confirmed_at(reports) is not None) == (origins(reports) > 1)
